"use client";
import { Checkbox } from "#components/ui/checkbox";
import { Field } from "#components/ui/field";
import type { StepContent, StepSender } from "#server/campaigns/schema";
import { ReviewFields } from "#components/drafts/review-fields";
import { EmailAttachments } from "./email-attachments.tsx";
import type { Campaign, Step } from "./use-campaign-edits.tsx";

type Content = Extract<StepContent, { type: "email" }>;
type Props = { content: Content; onChange: (content: Content) => void; campaign: Campaign; step: Step };

const blank: StepSender = { fromName: "", fromEmail: "", replyTo: "" };

/** What an email has beside its text: the thread it stands in, and a sender of its own. */
export function EmailOptions({ content, onChange, campaign, step }: Props) {
  const follows = campaign.steps.some((each) => each.type === "email" && each.number < step.number);
  return (
    <div className="space-y-3">
      {(follows || content.replyInThread) && (
        <Checkbox
          label="Send as an answer to the email before"
          hint="Mail programs show both in one thread. Who got no email before gets it on its own."
          checked={content.replyInThread}
          onChange={({ target }) => onChange({ ...content, replyInThread: target.checked })}
        />
      )}
      <Checkbox
        label="From another sender than the campaign’s"
        checked={content.sender !== null}
        onChange={({ target }) => onChange({ ...content, sender: target.checked ? blank : null })}
      />
      {content.sender && (
        <SenderFields
          sender={content.sender}
          settings={campaign.settings}
          onChange={(sender) => onChange({ ...content, sender })}
        />
      )}
      <ReviewFields review={content.review} onChange={(review) => onChange({ ...content, review })} />
      <EmailAttachments
        attachments={content.attachments}
        onChange={(attachments) => onChange({ ...content, attachments })}
      />
    </div>
  );
}

type SenderProps = {
  sender: StepSender;
  settings: Campaign["settings"];
  onChange: (sender: StepSender) => void;
};

function SenderFields({ sender, settings, onChange }: SenderProps) {
  return (
    <div className="grid gap-3 pl-6 sm:grid-cols-3">
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
