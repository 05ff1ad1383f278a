"use client";
import { Field } from "#components/ui/field";
import type { StepSender } from "#server/campaigns/schema";
import type { Campaign } from "./use-campaign-edits.tsx";

type SenderProps = {
  sender: StepSender;
  settings: Campaign["settings"];
  onChange: (sender: StepSender) => void;
};

/** What an email’s sender says instead of the campaign’s; empty is the campaign’s. */
export function SenderFields({ sender, settings, onChange }: SenderProps) {
  return (
    <div className="grid gap-3 sm:grid-cols-3">
      <Field
        name="fromName"
        label="Name"
        placeholder={settings.fromName}
        defaultValue={sender.fromName}
        maxLength={255}
        onChange={({ target }) => onChange({ ...sender, fromName: target.value })}
      />
      <Field
        name="fromEmail"
        type="email"
        label="Address"
        placeholder={settings.fromEmail}
        defaultValue={sender.fromEmail}
        maxLength={254}
        hint="Of the mailbox’s domain."
        onChange={({ target }) => onChange({ ...sender, fromEmail: target.value.trim() })}
      />
      <Field
        name="replyTo"
        type="email"
        label="Replies go to"
        placeholder={settings.replyToEmail ?? settings.fromEmail}
        defaultValue={sender.replyTo}
        maxLength={254}
        onChange={({ target }) => onChange({ ...sender, replyTo: target.value.trim() })}
      />
    </div>
  );
}
