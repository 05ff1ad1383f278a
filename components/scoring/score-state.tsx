"use client";
import { useMutation } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { toast } from "sonner";
import { JobWaitCallout } from "#components/jobs/job-wait";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { DateTime } from "#components/ui/date-time";
import type { JobWait } from "#server/drivers/schema";

type Props = {
  recalculatedAt: Date | null;
  refreshing: boolean;
  wait: JobWait;
  timeZone: string;
  editable: boolean;
};

const lookAgainMs = 3000;

/** Of when the scores are, and a button that works them out anew. */
export function ScoreState({ recalculatedAt, refreshing, wait, timeZone, editable }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const refresh = useMutation(
    trpc.scoring.refresh.mutationOptions({
      onError: (error) => toast.error(asProblem(error)?.message),
      onSuccess: () => router.refresh(),
    }),
  );
  useEffect(() => {
    if (!refreshing) return;
    const timer = setInterval(() => router.refresh(), lookAgainMs);
    return () => clearInterval(timer);
  }, [refreshing, router]);
  return (
    <>
      <JobWaitCallout job={wait} timeZone={timeZone} className="mb-4" />
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
        <p role="status" className="text-muted">
          {refreshing ? (
            "The scores are being worked out…"
          ) : (
            <>
              Scores as of <DateTime at={recalculatedAt} timeZone={timeZone} />
            </>
          )}
        </p>
        {editable && (
          <Button pending={refresh.isPending || refreshing} onClick={() => refresh.mutate()}>
            <RefreshCw /> Recalculate now
          </Button>
        )}
      </div>
    </>
  );
}
