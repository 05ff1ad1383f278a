import Link from "next/link";
import type { ReactNode } from "react";
import { TierBadge } from "#components/scoring/tier-badge";
import { scoreTiers } from "#server/scoring/schema";
import type { RouterOutputs } from "#server/router";

export type TimelineEntry = RouterOutputs["contacts"]["timeline"]["entries"][number];

const text = (value: unknown) =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";
const words = (value: unknown) => text(value).replaceAll("_", " ");
const strong = (value: unknown) => <strong className="font-medium">{text(value)}</strong>;

const scopes: Record<string, string> = {
  tenant: "of the whole organization",
  category: "of a category of mail",
};
/** Which list, with what, and why. */
const suppressionList = ({ key, reason, scope }: TimelineEntry["data"]) => (
  <>
    the suppression list {scopes[text(scope)] ?? "of this workspace"}
    {text(key).startsWith("@") ? <> with {strong(key)}</> : null}: {words(reason)}
  </>
);

/** What happened, as a sentence. */
export function timelineSentence({ type, data }: TimelineEntry, workspace: string): ReactNode {
  const known = plain[type]?.(data);
  if (known) return known;
  if (type.startsWith("campaign.") && data.campaign) return campaignSentence(type, data, workspace);
  if (type.startsWith("import.")) return importSentence(type, data, workspace);
  if (type.startsWith("reply.")) return replySentence(type, data, workspace);
  if (type.startsWith("email.") && "subject" in data) return mailSentence(type, data, workspace);
  const said = type.replace(".", ": ").replaceAll("_", " ");
  return said.charAt(0).toUpperCase() + said.slice(1);
}

const plain: Record<string, ((data: TimelineEntry["data"]) => ReactNode) | undefined> = {
  "contact.created": (data) => (data.source === "api" ? "Added by an event" : "Added by hand"),
  "custom.event": (data) => <>Did {strong(data.name)}</>,
  "goal.reached": (data) => <>Reached the goal {strong(data.name)}</>,
  "contact.archived": () => "Archived",
  "contact.restored": () => "Taken back from the archive",
  "contact.deleted": () => "Deleted",
  "contact.merged": (data) => <>Merged with {strong(data.email)}</>,
  "contact.unsubscribed": (data) => `Unsubscribed${data.source === "by hand" ? ", noted by hand" : ""}`,
  "contact.resubscribed": (data) => `Wants mail again${data.source === "by hand" ? ", noted by hand" : ""}`,
  "contact.complained": () =>
    "Marked a mail as spam: nobody of the organization writes to this address any more",
  "contact.updated": (data) =>
    `Changed: ${(Array.isArray(data.fields) ? data.fields : []).map((field) => words(field).replace(/^custom\./, "")).join(", ")}`,
  "contact.stage_changed": (data) => <>Stage set to {strong(words(data.stage))}</>,
  "tag.added": (data) => <>Tagged {strong(data.tag)}</>,
  "tag.removed": (data) => <>Tag {strong(data.tag)} taken off</>,
  "list.added": (data) => <>Put on the list {strong(data.list)}</>,
  "list.removed": (data) => <>Taken off the list {strong(data.list)}</>,
  "contact.owner_changed": (data) =>
    data.owner ? <>Given to {strong(data.owner)}</> : "Has no owner any more",
  "contact.snoozed": (data) => (
    <>
      {data.because === "away" ? "Away: no" : "No"} mail from campaigns before{" "}
      {strong(text(data.until).slice(0, 10))}
    </>
  ),
  "contact.snooze_ended": () => "Campaigns may write again",
  "segment.entered": (data) => <>Entered the segment {strong(data.segment)}</>,
  "segment.left": (data) => <>Left the segment {strong(data.segment)}</>,
  "suppression.added": (data) => <>Put on {suppressionList(data)}</>,
  "suppression.removed": (data) => <>Taken off {suppressionList(data)}</>,
  "score.tier_changed": (data) => (
    <>
      Score: {strong(data.score)}{" "}
      {scoreTiers
        .filter((tier) => tier === data.tier)
        .map((tier) => (
          <TierBadge key={tier} tier={tier} />
        ))}
    </>
  ),
  "score.overridden": (data) => <>Score set to {strong(data.score)}</>,
  "score.override_ended": (data) => <>Score worked out again: {strong(data.score)}</>,
  "score.adjusted": (data) => (
    <>Score: {strong(Number(data.points) > 0 ? `+${text(data.points)}` : data.points)} by a campaign</>
  ),
  "task.created": (data) => <>Task: {strong(data.title)}</>,
  "task.done": (data) => <>Task done: {strong(data.title)}</>,
  "task.reopened": (data) => <>Task open again: {strong(data.title)}</>,
  "task.deleted": (data) => <>Task deleted: {strong(data.title)}</>,
  "event.opened": (data) => <>Opened {strong(data.subject ?? "a mail")}</>,
  "event.clicked": (data) => (
    <>
      Clicked <span className="wrap-anywhere">{text(data.url)}</span> in {strong(data.subject ?? "a mail")}
    </>
  ),
};

function campaignSentence(type: string, data: TimelineEntry["data"], workspace: string): ReactNode {
  const verb = { "campaign.joined": "Entered", "campaign.left": "Left" }[type] ?? words(type);
  return (
    <>
      {verb}{" "}
      <Link
        href={`/${workspace}/campaigns/${text(data.campaignId)}`}
        className="text-accent underline underline-offset-2"
      >
        {text(data.campaign)}
      </Link>
      {data.reason ? `: ${words(data.reason)}` : ""}
    </>
  );
}

function importSentence(type: string, data: TimelineEntry["data"], workspace: string): ReactNode {
  const what =
    { "import.created": "Imported from", "import.updated": "Updated from" }[type] ?? "Was in the file";
  return (
    <>
      {what}{" "}
      <Link
        href={`/${workspace}/imports/${text(data.importId)}`}
        className="text-accent underline underline-offset-2"
      >
        {text(data.file)}
      </Link>
      {data.undone ? " (undone)" : ""}
    </>
  );
}

const replyVerbs: Record<string, string> = {
  "reply.email": "Replied to",
  "reply.auto_reply": "Automatic reply to",
  "reply.bounce": "Mail came back from",
  "reply.complaint": "Marked as spam:",
};

function replySentence(type: string, data: TimelineEntry["data"], workspace: string): ReactNode {
  const said = type === "reply.bounce" ? data.error : data.snippet;
  return (
    <>
      {replyVerbs[type] ?? "Answered"}{" "}
      <Link
        href={`/${workspace}/campaigns/${text(data.campaignId)}#replies`}
        className="text-accent underline underline-offset-2"
      >
        {text(data.campaign) || text(data.subject)}
      </Link>
      {said && type !== "reply.complaint" ? <span className="block text-muted">{text(said)}</span> : null}
    </>
  );
}

function mailSentence(type: string, data: TimelineEntry["data"], workspace: string): ReactNode {
  const status = type.slice("email.".length);
  const verb = status === "sent" || status === "delivered" ? "Got" : `Mail ${status}:`;
  return (
    <>
      {verb} {strong(data.subject ?? "a mail")}
      {data.campaignId ? (
        <>
          {" "}
          from{" "}
          <Link
            href={`/${workspace}/campaigns/${text(data.campaignId)}`}
            className="text-accent underline underline-offset-2"
          >
            {text(data.campaign)}
          </Link>
        </>
      ) : null}
    </>
  );
}
