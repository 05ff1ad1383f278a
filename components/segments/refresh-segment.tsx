"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";

const lookAgainMs = 1500;

/** Works the members out anew, and shows the new ones when they are there. */
export function RefreshSegment({ id, refreshing }: { id: string; refreshing: boolean }) {
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const watched = trpc.segments.byId.queryOptions(
    { id },
    { refetchInterval: ({ state }) => (state.data?.refreshing === false ? false : lookAgainMs) },
  );
  const segment = useQuery({ ...watched, enabled: refreshing });
  const running = refreshing && segment.data?.refreshing !== false;
  const ask = useMutation(
    trpc.segments.refresh.mutationOptions({
      onError: (error) => toast.error(asProblem(error)?.message),
      onSuccess: () => {
        queries.removeQueries({ queryKey: watched.queryKey });
        router.refresh();
      },
    }),
  );
  const wasRunning = useRef(running);
  useEffect(() => {
    if (wasRunning.current && !running) router.refresh();
    wasRunning.current = running;
  }, [running, router]);
  return (
    <Button
      pending={ask.isPending || running}
      onClick={() => ask.mutate({ id })}
      title="Works out anew who is in the segment"
    >
      <RefreshCw /> {running ? "Counting…" : "Refresh now"}
    </Button>
  );
}
