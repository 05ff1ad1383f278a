import { Inbox, Server } from "lucide-react";
import { Badge } from "#components/ui/badge";
import { Card } from "#components/ui/card";
import { DateTime } from "#components/ui/date-time";
import { StatusBadge } from "#components/ui/status-badge";
import type { RouterOutputs } from "#server/router";
import { MailboxMenu } from "./mailbox-menu.tsx";
import { ReadingState } from "./reading-state.tsx";

export type Mailbox = RouterOutputs["mailboxes"]["list"]["mailboxes"][number];
type Props = { mailboxes: Mailbox[]; editable: boolean; sandboxUrl: string; timeZone: string };

/** Every mailbox with how it is, what it may send, and what it sent today. */
export function MailboxList({ mailboxes, editable, sandboxUrl, timeZone }: Props) {
  return (
    <ul className="space-y-3">
      {mailboxes.map((mailbox) => (
        <li key={mailbox.id}>
          <Card className="flex items-start gap-4 p-4">
            <span className="hidden size-9 shrink-0 items-center justify-center rounded-lg border bg-sunken text-muted sm:flex">
              {mailbox.provider === "sandbox" ? (
                <Inbox aria-hidden className="size-4" />
              ) : (
                <Server aria-hidden className="size-4" />
              )}
            </span>
            <div className="min-w-0 flex-1">
              <div className="flex flex-wrap items-center gap-2">
                <h2 className="font-medium wrap-anywhere">{mailbox.email}</h2>
                <StatusBadge status={mailbox.status} />
                {mailbox.isDefault && <Badge tone="neutral">Default</Badge>}
              </div>
              <p className="mt-0.5 text-muted">
                {mailbox.displayName && `${mailbox.displayName} · `}
                <Way mailbox={mailbox} sandboxUrl={sandboxUrl} />
              </p>
              <p className="mt-1 text-xs text-muted">
                {mailbox.sentToday.toLocaleString("en")} sent today
                {mailbox.dailyLimit ? ` of ${mailbox.dailyLimit.toLocaleString("en")}` : ", no daily limit"}
                {mailbox.bouncedToday > 0 && `, ${mailbox.bouncedToday.toLocaleString("en")} came back`}
                {mailbox.health < 100 && `, health ${mailbox.health} of 100`}
                {mailbox.hourlyLimit !== null
                  && `, at most ${mailbox.hourlyLimit.toLocaleString("en")} an hour`}
                {mailbox.minDelaySeconds > 0 && `, at least ${mailbox.minDelaySeconds} s between two`}
              </p>
              <ReadingState mailbox={mailbox} timeZone={timeZone} />
              {(mailbox.lastError ?? mailbox.statusReason) && (
                <p className="mt-1 text-xs text-danger">
                  {mailbox.lastError ?? mailbox.statusReason}
                  {mailbox.status === "cooling_down" && (
                    <>
                      {" "}
                      It sends again <DateTime at={mailbox.statusUntil} timeZone={timeZone} />.
                    </>
                  )}
                </p>
              )}
            </div>
            {editable && <MailboxMenu mailbox={mailbox} />}
          </Card>
        </li>
      ))}
    </ul>
  );
}

function Way({ mailbox, sandboxUrl }: { mailbox: Mailbox; sandboxUrl: string }) {
  if (mailbox.provider === "sandbox") {
    return (
      <>
        Sandbox: nothing leaves this installation.{" "}
        <a
          href={sandboxUrl}
          target="_blank"
          rel="noreferrer"
          className="font-medium text-accent underline-offset-2 hover:underline"
        >
          Open its inbox
        </a>
      </>
    );
  }
  if (mailbox.provider === "relay") return <>The mail server of this installation</>;
  return <>{`${mailbox.smtpHost}:${mailbox.smtpPort}`}</>;
}
