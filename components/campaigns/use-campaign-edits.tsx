"use client";
import { useEffect, useRef, useState } from "react";
import { asProblem, useTRPCClient, type Problem } from "#components/trpc/client";
import type { RouterOutputs } from "#server/router";
import type { StepContent } from "#server/campaigns/schema";

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
  const version = useRef(initial.version);
  const queue = useRef<Promise<unknown>>(Promise.resolve());
  const typed = useRef<{ stepId: string; content: StepContent } | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  function accept(next: Campaign) {
    version.current = next.version;
    setCampaign(next);
    setProblem(null);
    setState(typed.current ? "waiting" : "saved");
    return next;
  }

  function enqueue(work: (edit: Edit) => Promise<Campaign>): Promise<Campaign | null> {
    const turn = queue.current.then(async () => {
      setState("saving");
      try {
        return accept(await work({ id: initial.id, version: version.current }));
      } catch (error) {
        setProblem(asProblem(error));
        setState("problem");
        return null;
      }
    });
    queue.current = turn;
    return turn;
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
    setState("waiting");
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void flush(), typingPauseMs);
  }

  async function change(work: (edit: Edit) => Promise<Campaign>): Promise<Campaign | null> {
    await flush();
    return enqueue(work);
  }

  /** Takes over what somebody else saved meanwhile; with `keepMine`, saves the text in hand on top of it. */
  async function reload(keepMine: boolean): Promise<void> {
    if (!keepMine) typed.current = null;
    await enqueue(() => client.campaigns.byId.query({ id: initial.id }));
    if (keepMine) await flush();
  }

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

  const calls = {
    addStep: client.campaigns.addStep.mutate,
    moveStep: client.campaigns.moveStep.mutate,
    removeStep: client.campaigns.removeStep.mutate,
    linkStep: client.campaigns.linkStep.mutate,
    saveStep: client.campaigns.saveStep.mutate,
    updateAudience: client.campaigns.updateAudience.mutate,
    updateTriggers: client.campaigns.updateTriggers.mutate,
    updateGoals: client.campaigns.updateGoals.mutate,
  };
  return { campaign, state, problem, type, flush, change, reload, calls };
}

export type CampaignEdits = ReturnType<typeof useCampaignEdits>;
