import { DateTime } from "#components/ui/date-time";
import type { Mailbox } from "./mailbox-list.tsx";

/** Whether replies of a mailbox are read, when last, and what is in the way. */
export function ReadingState({ mailbox, timeZone }: { mailbox: Mailbox; timeZone: string }) {
  const { provider, imapHost, readProblem, readsNextAt, readLateUntil, lastSyncAt } = mailbox;
  if (mailbox.status === "disabled" || provider === "relay") return null;
  if (provider !== "sandbox" && !imapHost)
    return (
      <p className="mt-1 text-xs text-warning">
        Replies and bounces are not read: people who answer would be mailed again. Set it up in the menu.
      </p>
    );
  if (readProblem)
    return (
      <p className="mt-1 text-xs text-danger">
        Replies cannot be read: {readProblem}
        {readsNextAt && (
          <>
            . Next try <DateTime at={readsNextAt} timeZone={timeZone} show="time" />
          </>
        )}
      </p>
    );
  if (readLateUntil)
    return (
      <p className="mt-1 text-xs text-warning">
        Nobody is reading its replies: the part of this installation that does it is busy, or not running.
        Next try <DateTime at={readLateUntil} timeZone={timeZone} show="time" />.
      </p>
    );
  if (!lastSyncAt)
    return <p className="mt-1 text-xs text-muted">Replies and bounces are read as they come.</p>;
  return (
    <p className="mt-1 text-xs text-muted">
      Replies and bounces read <DateTime at={lastSyncAt} timeZone={timeZone} />
    </p>
  );
}
