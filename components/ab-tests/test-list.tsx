"use client";
import { useQuery } from "@tanstack/react-query";
import type { Campaign } from "#components/campaigns/use-campaign-edits";
import { useTRPC } from "#components/trpc/client";
import { Callout } from "#components/ui/callout";
import { Section } from "#components/ui/section";
import { Skeleton } from "#components/ui/skeleton";
import type { RouterOutputs } from "#server/router";
import { TestReport } from "./test-report.tsx";

export type Test = RouterOutputs["abTests"]["list"][number];
type Props = { campaign: Campaign; active: boolean; canLaunch: boolean; timeZone: string };

const pollMs = 10_000;

/** The tests of a launched campaign; nothing where it has none. */
export function TestList({ campaign, active, canLaunch, timeZone }: Props) {
  const trpc = useTRPC();
  const tests = useQuery(
    trpc.abTests.list.queryOptions(
      { campaignId: campaign.id },
      {
        refetchInterval: ({ state }) =>
          state.data?.some(isLive) ? (active ? pollMs : 6 * pollMs) : active ? 6 * pollMs : false,
      },
    ),
  );
  const tested = campaign.steps.some((step) => step.test !== null);
  if (tests.isPending && tested) return <Skeleton className="mb-5 h-56 w-full" />;
  if (tests.isError && !tests.data)
    return (
      <Callout kind="danger" title="The tests could not be loaded" className="mb-5">
        {tests.error.message}
      </Callout>
    );
  if (!tests.data || tests.data.length === 0) return null;
  return (
    <div id="tests">
      {tests.data.map((test) => (
        <Section key={test.id} title={titleOf(test, campaign)} flush>
          <TestReport test={test} canAct={canLaunch && isLive(test)} timeZone={timeZone} />
        </Section>
      ))}
    </div>
  );
}

export const isLive = ({ status }: Pick<Test, "status">): boolean =>
  status === "running" || status === "extended";

function titleOf({ stepId, name }: Test, campaign: Campaign): string {
  const step = campaign.steps.find(({ id }) => id === stepId);
  return step ? `A/B test of step ${step.number}, “${name}”` : `A/B test of “${name}”`;
}
