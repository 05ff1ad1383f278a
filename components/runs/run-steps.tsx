"use client";
import { useQuery } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { useTRPC } from "#components/trpc/client";
import { Badge } from "#components/ui/badge";
import { CodeBlock } from "#components/ui/code-block";
import { DateTime } from "#components/ui/date-time";
import { PageTurner } from "#components/ui/page-turner";
import { Section } from "#components/ui/section";
import { pretty } from "./run-words.tsx";
import type { RunDetail } from "./run-view.tsx";

const kinds: Record<string, string> = {
  StepRun: "Step",
  Step: "Step",
  StepError: "Step",
  StepFailed: "Step",
  Sleep: "Sleep",
  WaitForEvent: "Wait for an event",
  InvokeFunction: "Function",
  SendEvent: "Events sent",
};

/** The finished steps in the order in which they ended, each with what it gave. */
export function RunSteps({ run }: { run: RunDetail }) {
  const trpc = useTRPC();
  const [pages, setPages] = useState<number[]>([]);
  const afterStep = pages.at(-1) ?? 0;
  const later = useQuery(
    trpc.runs.byId.queryOptions({ id: run.id, afterStep }, { enabled: afterStep > 0, staleTime: 2_000 }),
  );
  const { steps, moreSteps } = afterStep > 0 ? (later.data ?? { steps: [], moreSteps: false }) : run;
  return (
    <Section title="Steps" flush description="Finished ones, in the order in which they ended.">
      {steps.length === 0 && (
        <p className="px-5 py-8 text-center text-muted">
          {later.isFetching ? "Loading…" : "No step has finished yet."}
        </p>
      )}
      <ol>
        {steps.map((step) => (
          <li key={step.seq} className="border-b last:border-0">
            <details className="group">
              <summary className="flex cursor-pointer list-none flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 hover:bg-hover sm:px-5">
                <ChevronRight
                  aria-hidden
                  className="size-3.5 shrink-0 text-faint transition-transform group-open:rotate-90"
                />
                <span className="w-6 text-right text-xs text-faint tabular-nums">{step.seq}</span>
                <span className="min-w-0 flex-1 truncate font-medium">{step.name}</span>
                {step.failed && (
                  <Badge tone="danger" dot>
                    Failed
                  </Badge>
                )}
                {step.attempts > 1 && <Badge tone="warning">{step.attempts} attempts</Badge>}
                <span className="text-xs text-muted max-sm:hidden">{kinds[step.op] ?? step.op}</span>
                <DateTime at={step.endedAt} className="text-xs text-muted max-sm:w-full max-sm:pl-16" />
              </summary>
              <div className="space-y-3 px-4 pb-4 sm:px-5">
                {step.input && (
                  <div>
                    <p className="mb-1 text-xs text-muted">Input</p>
                    <CodeBlock>{pretty(step.input)}</CodeBlock>
                  </div>
                )}
                <div>
                  <p className="mb-1 text-xs text-muted">{step.failed ? "Error" : "Output"}</p>
                  <CodeBlock>{pretty(step.result)}</CodeBlock>
                </div>
              </div>
            </details>
          </li>
        ))}
      </ol>
      <PageTurner
        label="Pages of steps"
        pages={pages}
        next={moreSteps ? steps.at(-1)?.seq : null}
        onTurn={setPages}
      />
    </Section>
  );
}
