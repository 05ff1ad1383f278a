import { Combobox } from "#components/ui/combobox";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";
import { RadioCards } from "#components/ui/radio-cards";
import { Switch } from "#components/ui/switch";
import { type CampaignSettings, timezoneModes } from "#server/campaigns/schema";
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
      <Field name="timezone" label="Time zone" className="sm:w-[calc(50%-0.5rem)]" error={error("timezone")}>
        {(control) => (
          <Combobox
            {...control}
            options={zones(settings.timezone)}
            value={settings.timezone}
            onChange={(value) => set("timezone", value)}
            placeholder="Choose a time zone…"
          />
        )}
      </Field>
      {!settings.noLimits && (
        <>
          <RadioCards
            name="timezoneMode"
            legend="Whose clock"
            options={clocks}
            value={settings.timezoneMode}
            onChange={(value) =>
              set("timezoneMode", timezoneModes.find((mode) => mode === value) ?? "campaign")
            }
          />
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
          <p className="text-xs text-muted">
            The delay varies by a fifth up and down, so that nothing leaves like clockwork. Each mailbox of a
            pool keeps it for itself.
          </p>
          <Switch
            label="At everybody’s best hour"
            hint="Each email waits for the hour at which its reader tends to open and click, as far as that is known; for others, for the usual hour of the workspace."
            checked={settings.optimizeSendTime}
            onCheckedChange={(on) => set("optimizeSendTime", on)}
          />
        </>
      )}
      <Field
        name="priority"
        label="Priority, 1 to 100"
        hint="The higher one goes first where campaigns share a mailbox; follow-ups go before first emails."
        error={error("priority")}
      >
        {(control) => (
          <Input
            {...control}
            type="number"
            min={1}
            max={100}
            className="sm:w-48"
            value={number(settings.priority)}
            onChange={(event) => set("priority", event.target.valueAsNumber)}
          />
        )}
      </Field>
    </div>
  );
}

const clocks = [
  { value: "campaign", label: "The campaign’s", hint: "One window for everybody." },
  {
    value: "recipient",
    label: "Each recipient’s",
    hint: "The same hours where they are. The campaign’s time zone for those of whom none is known.",
  },
  {
    value: "coordinated",
    label: "Coordinated roll-out",
    hint: "As each recipient’s, but nobody begins before the others: region by region from the east, on the same day and at the same local time.",
  },
];

const number = (value: number) => (Number.isNaN(value) ? "" : value);

function windowInWords({
  sendWindowStart: from,
  sendWindowEnd: until,
  timezone,
  timezoneMode,
}: CampaignSettings): string {
  const clock = timezoneMode !== "campaign" ? "where the recipient is" : `in ${timezone}`;
  if (from === until) return `All day, ${clock}.`;
  return from > until
    ? `Over midnight: from ${from} until ${until} of the next day, ${clock}.`
    : `From ${from} until just before ${until}, ${clock}.`;
}

function zones(current: string) {
  const known = Intl.supportedValuesOf("timeZone");
  return [...new Set([current, "UTC", ...known])].map((zone) => ({
    value: zone,
    label: zone.replaceAll("_", " "),
  }));
}
