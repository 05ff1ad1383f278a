"use client";
import { PanelTabs } from "#components/ui/panel-tabs";
import { StatusBadge } from "#components/ui/status-badge";
import { TestActions } from "./test-actions.tsx";
import { isLive, type Test } from "./test-list.tsx";
import { TestState } from "./test-state.tsx";
import { VariantDays } from "./variant-days.tsx";
import { VariantTable } from "./variant-table.tsx";

type Props = { test: Test; canAct: boolean; timeZone: string };

/** Where a test stands, its numbers by variant, and what a person can do about it. */
export function TestReport({ test, canAct, timeZone }: Props) {
  return (
    <>
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 border-b px-4 py-3 sm:px-5">
        <div className="flex min-w-0 flex-1 basis-72 flex-wrap items-center gap-x-3 gap-y-1">
          <StatusBadge status={badges[test.status]} label={labels[test.status]} />
          <TestState test={test} timeZone={timeZone} />
        </div>
        {canAct && <TestActions test={test} />}
      </div>
      <div className="[&>div>[role=tablist]]:mx-4 [&>div>[role=tablist]]:mt-3 sm:[&>div>[role=tablist]]:mx-5">
        <PanelTabs
          label="Numbers"
          panels={[
            ...(test.decided && !isLive(test)
              ? [
                  {
                    value: "decided",
                    label: "As it was decided",
                    content: <VariantTable test={test} results={test.decided} />,
                  },
                ]
              : []),
            { value: "now", label: "Until now", content: <VariantTable test={test} results={test.now} /> },
            { value: "days", label: "Day by day", content: <VariantDays testId={test.id} /> },
          ]}
        />
      </div>
    </>
  );
}

const badges: Record<Test["status"], string> = {
  draft: "draft",
  running: "active",
  extended: "active",
  completed: "completed",
  winner_deployed: "completed",
  cancelled: "cancelled",
};
const labels: Record<Test["status"], string> = {
  draft: "Draft",
  running: "Running",
  extended: "Extended",
  completed: "Decided",
  winner_deployed: "Decided",
  cancelled: "Stopped",
};
