"use client";
import { useEffect, useRef, useState } from "react";
import { asProblem, useTRPCClient, type Problem } from "#components/trpc/client";
import type { RouterOutputs } from "#server/router";
import type { StepContent } from "#server/campaigns/schema";
import { useSavedBeforeLinks } from "./use-saved-before-links.tsx";

export type Campaign = RouterOutputs["campaigns"]["byId"];
export type Step = Campaign["steps"][number];
export type SaveState = "saved" | "waiting" | "saving" | "problem";

type Edit = { id: string; version: number };
const typingPauseMs = 700;

/**
 * The campaign as the server last confirmed it, and one queue for its changes: each carries the version the one before
 * it returned. Text is saved when typing pauses, before any other change, and when the page is left.
 */
export function useCampaignEdits(initial: Campaign) {
  const client = useTRPCClient();
  const [campaign, setCampaign] = useState(initial);
  const [state, setState] = useState<SaveState>("saved");
  const [problem, setProblem] = useState<Problem | null>(null);
  // Counts how often the steps became something else than what is in the boxes: editors begin anew then.
  const [generation, setGeneration] = useState(0);
  const latest = useRef(initial);
  const queue = useRef<Promise<unknown>>(Promise.resolve());
  const typed = useRef<{ stepId: string; content: StepContent } | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const pending = useRef(new Set<Promise<unknown>>());
  const refused = useRef(false);

  function accept(next: Campaign) {
    latest.current = next;
    refused.current = false;
    setCampaign(next);
    setProblem(null);
    setState(typed.current ? "waiting" : "saved");
    return next;
  }

  function enqueue(work: (edit: Edit) => Promise<Campaign>): Promise<Campaign | null> {
    const turn = queue.current.then(async () => {
      setState("saving");
      try {
        return accept(await work({ id: initial.id, version: latest.current.version }));
      } catch (error) {
        refused.current = true;
        setProblem(asProblem(error));
        setState("problem");
        return null;
      }
    });
    queue.current = turn;
    return awaited(turn);
  }

  /** Links wait for it: see `settle`. It never rejects. */
  function awaited<T>(work: Promise<T>): Promise<T> {
    pending.current.add(work);
    void work.then(() => pending.current.delete(work));
    return work;
  }

  async function flush(): Promise<void> {
    clearTimeout(timer.current);
    const waiting = typed.current;
    if (!waiting) return;
    typed.current = null;
    const saved = await enqueue((edit) => client.campaigns.saveStep.mutate({ ...edit, ...waiting }));
    // Refused text stays in hand, so that nothing typed is lost: the next save tries again.
    if (!saved) typed.current ??= waiting;
  }

  function type(stepId: string, content: StepContent) {
    if (typed.current && typed.current.stepId !== stepId) void flush();
    typed.current = { stepId, content };
    refused.current = false;
    setState("waiting");
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void flush(), typingPauseMs);
  }

  const change = (work: (edit: Edit) => Promise<Campaign>): Promise<Campaign | null> =>
    awaited(flush().then(() => enqueue(work)));

  /** Until nothing is on its way, with what a change before has led to. */
  async function settle(): Promise<boolean> {
    await flush();
    while (pending.current.size > 0) await Promise.all(pending.current);
    return !refused.current;
  }

  /** The person has read what was refused; the text in hand is tried again with the next key. */
  function dismiss() {
    setProblem(null);
    setState(typed.current ? "waiting" : "saved");
  }

  /** Takes over what somebody else saved meanwhile; with `keepMine`, saves the text in hand on top of it. */
  async function reload(keepMine: boolean): Promise<void> {
    if (!keepMine) typed.current = null;
    const loaded = await enqueue(() => client.campaigns.byId.query({ id: initial.id }));
    if (keepMine) await flush();
    else if (loaded) setGeneration((before) => before + 1);
  }

  /** Goes to another version of the steps; what has been typed is saved first, so that this can be undone too. */
  async function travel(work: (edit: Edit) => Promise<Campaign>): Promise<Campaign | null> {
    const there = await change(work);
    if (there) setGeneration((before) => before + 1);
    return there;
  }

  /** As often as the key is pressed: each turn looks at what the one before it has left to take back. */
  const retrace = (way: "undo" | "redo") =>
    travel((edit) =>
      latest.current.history[way] === null
        ? Promise.resolve(latest.current)
        : client.campaigns[way].mutate(edit),
    );

  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (!typed.current) return;
      void flush();
      event.preventDefault();
    };
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  });
  const leave = useRef(flush);
  useEffect(() => {
    leave.current = flush;
  });
  useEffect(() => () => void leave.current(), []);
  useSavedBeforeLinks({
    // What was refused is shown by now: whoever leaves again means it.
    isUnsaved: () => pending.current.size > 0 || (typed.current !== null && !refused.current),
    settle,
  });

  const calls = {
    addStep: client.campaigns.addStep.mutate,
    copySteps: client.campaigns.copySteps.mutate,
    moveSteps: client.campaigns.moveSteps.mutate,
    removeSteps: client.campaigns.removeSteps.mutate,
    linkStep: client.campaigns.linkStep.mutate,
    saveStep: client.campaigns.saveStep.mutate,
    restoreVersion: client.campaigns.restoreVersion.mutate,
    updateAudience: client.campaigns.updateAudience.mutate,
    updateTriggers: client.campaigns.updateTriggers.mutate,
    updateGoals: client.campaigns.updateGoals.mutate,
  };
  return {
    campaign,
    state,
    problem,
    generation,
    type,
    flush,
    dismiss,
    change,
    travel,
    retrace,
    reload,
    calls,
  };
}

export type CampaignEdits = ReturnType<typeof useCampaignEdits>;
