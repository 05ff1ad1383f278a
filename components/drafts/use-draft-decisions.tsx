"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import type { RouterOutputs } from "#server/router";

type Decided = RouterOutputs["drafts"]["approve"];
/** A draft as it was looked at. */
export type Seen = { id: string; version: number };

const emails = (count: number) => (count === 1 ? "1 email" : `${count} emails`);

/** Approves, rejects and takes back; `onDone` hears which drafts are decided about. What was refused stays to be read. */
export function useDraftDecisions(onDone: (ids: string[]) => void) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [refused, setRefused] = useState<Decided["refused"]>([]);
  const settled = (word: string) => ({
    onSuccess: ({ done, refused: notDone }: Decided) => {
      setRefused(notDone);
      if (done.length > 0) toast.success(`${emails(done.length)} ${word}`);
      void queries.invalidateQueries({ queryKey: trpc.drafts.pathKey() });
      onDone(done);
    },
    onError: (error: unknown) => {
      toast.error(asProblem(error)?.message);
    },
  });
  const approve = useMutation(trpc.drafts.approve.mutationOptions(settled("approved")));
  const reject = useMutation(trpc.drafts.reject.mutationOptions(settled("rejected")));
  const takeBack = useMutation(trpc.drafts.takeBack.mutationOptions(settled("back to be reviewed")));
  const approveFound = useMutation(trpc.drafts.approveFound.mutationOptions());
  const choicesOf = (some: readonly Seen[]) => some.map(({ id, version }) => ({ id, version }));
  return {
    refused,
    clear: () => setRefused([]),
    pending: approve.isPending || reject.isPending || takeBack.isPending,
    /** `sendAt`: on the workspace's wall clock, as `2026-11-24T09:00`. */
    approve: (some: readonly Seen[], sendAt: string | null = null) => {
      if (some.length > 0) approve.mutate({ choices: choicesOf(some), sendAt });
    },
    /**
     * Everything that a filter finds, as it stood when the page was loaded; a part after the other. When one fails, those
     * before it are approved all the same.
     */
    approveAll: async (found: { campaign?: string; q?: string; seenAt: string }) => {
      const all: Decided = { done: [], refused: [] };
      let after: string | null = null;
      try {
        do {
          const part: Decided & { next: string | null } = await approveFound.mutateAsync({ ...found, after });
          all.done.push(...part.done);
          all.refused.push(...part.refused);
          after = part.next;
        } while (after !== null);
      } catch (error) {
        if (all.done.length === 0) throw error;
        // What asked goes from the page with those that are approved.
        toast.error(`The others are left to be reviewed: ${asProblem(error)?.message}`);
      }
      settled("approved").onSuccess(all);
    },
    reject: (some: readonly Seen[], how: { reason: string; otherwise: "skip" | "exit" | null }) =>
      reject.mutate({ choices: choicesOf(some), ...how }),
    takeBack: (some: readonly Seen[]) => takeBack.mutate({ choices: choicesOf(some) }),
  };
}
export type DraftDecisions = ReturnType<typeof useDraftDecisions>;
