"use client";
import { Checkbox } from "#components/ui/checkbox";
import { Field } from "#components/ui/field";
import type { StepContent, StepSender } from "#server/campaigns/schema";
import { ReviewFields } from "#components/drafts/review-fields";
import { EmailAttachments } from "./email-attachments.tsx";
import { SenderFields } from "./sender-fields.tsx";
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
        <div className="pl-6">
          <SenderFields
            sender={content.sender}
            settings={campaign.settings}
            onChange={(sender) => onChange({ ...content, sender })}
          />
        </div>
      )}
      <Checkbox
        label="Leave at a time of day"
        hint="Otherwise as soon as it is its turn. The send window and the limits hold all the same."
        checked={content.sendTime !== null}
        onChange={({ target }) => onChange({ ...content, sendTime: target.checked ? "09:00" : null })}
      />
      {content.sendTime !== null && (
        <Field
          name="sendTime"
          type="time"
          label="Leaves at"
          className="w-44 pl-6"
          hint={`On the clock of ${campaign.settings.timezone}.`}
          value={content.sendTime}
          onChange={({ target }) => target.value && onChange({ ...content, sendTime: target.value })}
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
