"use client";
import { useParams } from "next/navigation";
import { useMemo, useSyncExternalStore } from "react";
import { z } from "zod";

/** Steps that were copied, by where they stand: what they say is read when they are pasted. `title` names them. */
const copiedSteps = z.object({
  campaignId: z.uuid(),
  stepIds: z.array(z.uuid()).min(1),
  title: z.string(),
});
export type CopiedSteps = z.infer<typeof copiedSteps>;

const changed = "postroad:copied-steps";
function watch(notify: () => void) {
  addEventListener("storage", notify);
  addEventListener(changed, notify);
  return () => {
    removeEventListener("storage", notify);
    removeEventListener(changed, notify);
  };
}

/** What was copied last in this workspace, in whichever tab: it can be pasted into any campaign of it. */
export function useCopiedSteps(): [CopiedSteps | null, (copied: CopiedSteps) => void] {
  const { workspace } = useParams<{ workspace: string }>();
  const key = `postroad:copied-steps:${workspace}`;
  const text = useSyncExternalStore(
    watch,
    () => localStorage.getItem(key),
    () => null,
  );
  const copied = useMemo(() => {
    try {
      return copiedSteps.safeParse(JSON.parse(text ?? "null")).data ?? null;
    } catch {
      return null;
    }
  }, [text]);
  return [
    copied,
    (next) => {
      localStorage.setItem(key, JSON.stringify(next));
      dispatchEvent(new Event(changed));
    },
  ];
}
