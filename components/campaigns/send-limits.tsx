import { Field } from "#components/ui/field";
import { Switch } from "#components/ui/switch";
import type { CampaignSettings } from "#server/campaigns/schema";
import type { Set } from "./settings-form.tsx";
import { WeekdayChoice } from "./weekday-choice.tsx";

type Props = {
  settings: CampaignSettings;
  set: Set;
  error: (key: keyof CampaignSettings) => string | undefined;
  sandbox: boolean;
};

export function SendLimits({ settings, set, error, sandbox }: Props) {
  return (
    <div className="space-y-4">
      {sandbox && (
        <Switch
          label="No limits"
          hint="Send everything at once, any day and hour. For the sandbox only, where nobody is bothered."
          checked={settings.noLimits}
          onCheckedChange={(on) => set("noLimits", on)}
        />
      )}
      {!settings.noLimits && (
        <>
          <WeekdayChoice
            legend="Days"
            chosen={settings.sendDays}
            error={error("sendDays")}
            onChange={(days) => set("sendDays", days)}
          />
          <div className="grid grid-cols-2 gap-4 sm:max-w-md">
            <Field
              name="sendWindowStart"
              label="From"
              type="time"
              value={settings.sendWindowStart}
              error={error("sendWindowStart")}
              onChange={(event) => set("sendWindowStart", event.target.value)}
            />
            <Field
              name="sendWindowEnd"
              label="Until"
              type="time"
              value={settings.sendWindowEnd}
              error={error("sendWindowEnd")}
              onChange={(event) => set("sendWindowEnd", event.target.value)}
            />
          </div>
          <p className="text-xs text-muted">{windowInWords(settings)}</p>
          <div className="grid grid-cols-2 gap-4 sm:max-w-md">
            <Field
              name="dailyLimit"
              label="Emails a day"
              type="number"
              min={1}
              value={number(settings.dailyLimit)}
              error={error("dailyLimit")}
              onChange={(event) => set("dailyLimit", event.target.valueAsNumber)}
            />
            <Field
              name="delay"
              label="Seconds between"
              type="number"
              min={0}
              value={number(settings.delayBetweenEmailsSeconds)}
              error={error("delayBetweenEmailsSeconds")}
              onChange={(event) => set("delayBetweenEmailsSeconds", event.target.valueAsNumber)}
            />
          </div>
        </>
      )}
    </div>
  );
}

const number = (value: number) => (Number.isNaN(value) ? "" : value);

function windowInWords({ sendWindowStart: from, sendWindowEnd: until, timezone }: CampaignSettings): string {
  if (from === until) return `All day, in ${timezone}.`;
  return from > until
    ? `Over midnight: from ${from} until ${until} of the next day, in ${timezone}.`
    : `From ${from} until just before ${until}, in ${timezone}.`;
}
