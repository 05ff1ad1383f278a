"use client";
import { Field } from "#components/ui/field";
import { RadioCards } from "#components/ui/radio-cards";
import { Section } from "#components/ui/section";
import { Select } from "#components/ui/select";
import { Switch } from "#components/ui/switch";
import type { CampaignSettings } from "#server/campaigns/schema";
import { replyReaches } from "#server/campaigns/schema";
import type { Set } from "./settings-form.tsx";

const reaches = {
  campaign: "This campaign",
  sender: "All campaigns from the same mailbox",
  workspace: "All campaigns of the workspace",
};

const awayChoices = [
  { value: "on", label: "Go on", hint: "Automatic answers never count as replies." },
  {
    value: "snooze",
    label: "Wait until they are back",
    hint: "No campaign of the workspace writes to them until a business day after the day that the answer names, or for 3 days when it names none.",
  },
  { value: "stop", label: "Stop", hint: "They leave this campaign." },
];

type Props = { settings: CampaignSettings; set: Set; disabled: boolean };

/** Whom a reply takes out of which campaigns. */
export function ReplySettings({ settings, set, disabled }: Props) {
  return (
    <Section title="Replies" description="Bounces and complaints stop people always.">
      <div className="space-y-4">
        <Switch
          label="Stop when somebody replies"
          hint="Who answers gets nothing more; what is queued for them is cancelled."
          checked={settings.replyStops}
          disabled={disabled}
          onCheckedChange={(on) => set("replyStops", on)}
        />
        {settings.replyStops && (
          <>
            <Field name="replyReach" label="They leave" className="sm:w-[calc(50%-0.5rem)]">
              {(control) => (
                <Select
                  {...control}
                  value={settings.replyReach}
                  onChange={(event) => {
                    const reach = replyReaches.find((each) => each === event.target.value);
                    if (reach) set("replyReach", reach);
                  }}
                >
                  {replyReaches.map((reach) => (
                    <option key={reach} value={reach}>
                      {reaches[reach]}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <Switch
              label="Their colleagues stop too"
              hint="Everybody with an address of the same company leaves this campaign. Public providers such as gmail.com are no company."
              checked={settings.stopCompanyOnReply}
              disabled={disabled}
              onCheckedChange={(on) => set("stopCompanyOnReply", on)}
            />
          </>
        )}
        <RadioCards
          name="autoReplies"
          legend="When somebody is out of office"
          value={awayOf(settings)}
          onChange={(value) => {
            set("stopOnAutoReply", value === "stop");
            set("snoozeOnAutoReply", value === "snooze");
          }}
          className="sm:grid-cols-3"
          options={awayChoices.map((choice) => ({ ...choice, disabled }))}
        />
      </div>
    </Section>
  );
}

const awayOf = ({ stopOnAutoReply, snoozeOnAutoReply }: CampaignSettings) =>
  stopOnAutoReply ? "stop" : snoozeOnAutoReply ? "snooze" : "on";
