"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Callout } from "#components/ui/callout";
import { CodeBlock } from "#components/ui/code-block";
import { DateTime } from "#components/ui/date-time";
import { DefinitionList } from "#components/ui/definition-list";
import { Page } from "#components/ui/page";
import { Section } from "#components/ui/section";
import type { RouterOutputs } from "#server/router";
import { RunActs } from "./run-acts.tsx";
import { RunPending } from "./run-pending.tsx";
import { RunSteps } from "./run-steps.tsx";
import { duration, pretty, RunBadge } from "./run-words.tsx";

export type RunDetail = RouterOutputs["runs"]["byId"];

/** One run: what started it, what each step gave, what it waits for, and what came of it. */
export function RunView({ initial }: { initial: RunDetail }) {
  const trpc = useTRPC();
  const { data: run, error } = useQuery(
    trpc.runs.byId.queryOptions(
      { id: initial.id },
      {
        initialData: initial,
        refetchInterval: ({ state }) => (state.data?.status === "running" ? 2_000 : false),
      },
    ),
  );
  const problem = asProblem(error);
  return (
    <Page
      title={run.name}
      breadcrumbs={[{ label: "Runs", href: "/operator" }]}
      badge={<RunBadge status={run.status} />}
      description={<span className="font-mono text-xs wrap-anywhere">{run.id}</span>}
      action={<RunActs run={run} />}
    >
      {problem && (
        <Callout kind="warning" className="mb-5" title="This is as of a while ago">
          {problem.message}
        </Callout>
      )}
      <div className="grid items-start gap-x-5 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="min-w-0">
          {run.status === "failed" && run.output && (
            <Callout kind="danger" className="mb-5" title="It failed">
              {messageOf(run.output)}
            </Callout>
          )}
          <RunPending run={run} />
          <RunSteps run={run} />
          {run.output && run.status !== "cancelled" && (
            <Section title={run.status === "failed" ? "Error" : "Result"}>
              <CodeBlock>{pretty(run.output)}</CodeBlock>
            </Section>
          )}
        </div>
        <div className="min-w-0">
          <Facts run={run} />
          <Section title="Input" description="The event that started it.">
            <CodeBlock>{pretty(run.events)}</CodeBlock>
          </Section>
        </div>
      </div>
    </Page>
  );
}

function messageOf(output: string): string {
  try {
    const { message } = JSON.parse(output) as { message?: unknown };
    return typeof message === "string" ? message : "See the error below.";
  } catch {
    return "See the error below.";
  }
}

function Facts({ run }: { run: RunDetail }) {
  const other = (id: string) => (
    <Link href={`/operator/runs/${id}`} className="font-mono text-xs text-accent hover:underline">
      {id}
    </Link>
  );
  const items = [
    {
      term: "Function",
      value: (
        <Link href={`/operator?functionId=${run.functionId}`} className="text-accent hover:underline">
          {run.functionId}
        </Link>
      ),
    },
    { term: "Queue", value: run.queue },
    { term: "Tenant", value: <span className="font-mono text-xs">{run.tenantId ?? "–"}</span> },
    { term: "Began", value: <DateTime at={run.createdAt} /> },
    {
      term: "Ended",
      value: run.endedAt ? (
        <>
          <DateTime at={run.endedAt} /> ({duration(run.endedAt.getTime() - run.createdAt.getTime())})
        </>
      ) : (
        "–"
      ),
    },
    {
      term: "Steps",
      value: `${run.stepCount.toLocaleString("en")}, ${Math.ceil(run.stateBytes / 1024).toLocaleString("en")} KB`,
    },
    ...(run.parentRunId ? [{ term: "Invoked by", value: other(run.parentRunId) }] : []),
    ...(run.rerunOf ? [{ term: "Runs again", value: other(run.rerunOf) }] : []),
    ...(run.rerunId ? [{ term: "Was run again", value: other(run.rerunId) }] : []),
  ];
  return (
    <Section title="About">
      <DefinitionList items={items} />
    </Section>
  );
}
