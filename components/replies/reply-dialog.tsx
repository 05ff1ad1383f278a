"use client";
import { useQuery } from "@tanstack/react-query";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Callout } from "#components/ui/callout";
import { DateTime } from "#components/ui/date-time";
import { Dialog, DialogContent } from "#components/ui/dialog";
import { Skeleton } from "#components/ui/skeleton";
import { bounceClasses } from "./bounce-classes.tsx";

type Props = { id: string | null; timeZone: string; onClose: () => void };

/** One mail that came back, in its own words. */
export function ReplyDialog({ id, timeZone, onClose }: Props) {
  return (
    <Dialog open={id !== null} onOpenChange={(open) => !open && onClose()}>
      {id !== null && <Content id={id} timeZone={timeZone} />}
    </Dialog>
  );
}

function Content({ id, timeZone }: { id: string; timeZone: string }) {
  const trpc = useTRPC();
  const { data, error } = useQuery(trpc.replies.byId.queryOptions({ id }));
  const problem = asProblem(error);
  return (
    <DialogContent title={data?.subject || "Mail"} description={data?.fromEmail} size="lg">
      {problem && <Callout kind="danger">{problem.message}</Callout>}
      {!data && !problem && <Skeleton className="h-40" />}
      {data && (
        <div className="space-y-3">
          {data.bounce && (
            <Callout kind={data.bounce.class === "hard" ? "danger" : "warning"} title={data.bounce.reason}>
              {bounceClasses[data.bounce.class].means}
            </Callout>
          )}
          <p className="text-xs text-muted">
            {data.fromName ? `${data.fromName}, ` : ""}
            <DateTime at={data.receivedAt} timeZone={timeZone} />
          </p>
          <div
            className="max-h-96 overflow-y-auto rounded-md border bg-sunken p-3 text-sm break-words whitespace-pre-wrap"
            tabIndex={0}
          >
            {data.text.trim() || (data.whole ? "This mail has no text." : "Nothing of its text is left.")}
          </div>
          {!data.whole && (
            <p className="text-xs text-muted">
              Only its beginning is kept: texts are removed after the months that the organization has set.
            </p>
          )}
        </div>
      )}
    </DialogContent>
  );
}
