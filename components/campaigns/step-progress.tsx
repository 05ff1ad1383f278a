import { DateTime } from "#components/ui/date-time";
import type { Flow } from "#server/campaigns/flow";
import type { Live } from "./live-view.tsx";
import { percent } from "./percent.tsx";
import { StepIcon } from "./step-icon.tsx";
import type { Campaign, Step } from "./use-campaign-edits.tsx";

type Props = { campaign: Campaign; live: Live; timeZone: string };
type Line = { stepId: string; depth: number; branch: string | null };

export function StepProgress({ campaign, live, timeZone }: Props) {
  return (
    <ol className="divide-y">
      {linesOf(campaign.flow.main, 0, null).map(({ stepId, depth, branch }) => {
        const step = campaign.steps.find((each) => each.id === stepId);
        const at = live.steps.find((each) => each.stepId === stepId);
        if (!step || !at) return null;
        return (
          <li key={stepId} className="flex flex-wrap items-center gap-x-4 gap-y-1.5 px-4 py-2.5 sm:px-5">
            <div
              className="flex min-w-48 flex-1 items-center gap-2.5"
              style={{ paddingLeft: `${Math.min(depth, 4) * 1.25}rem` }}
            >
              <StepIcon type={step.type} actionType={step.action?.type} />
              <div className="min-w-0">
                <p className="truncate font-medium">
                  <span className="mr-1.5 text-xs font-normal text-faint tabular-nums">{step.number}</span>
                  {step.headline}
                </p>
                <p className="text-xs text-muted">
                  {[branch && `${branch} branch`, wordsFor(step, at)].filter(Boolean).join(" · ")}
                </p>
              </div>
            </div>
            <dl className="flex gap-5 text-right tabular-nums max-sm:w-full max-sm:justify-between">
              <Count label="Here" value={at.here} />
              <Count label="Waiting" value={at.waiting} />
              <Count label="Passed" value={at.passed} />
              <div className="w-36">
                <dt className="text-xs text-muted">Next</dt>
                <dd className="text-xs leading-5">
                  <DateTime at={at.nextAt} timeZone={timeZone} />
                </dd>
              </div>
            </dl>
          </li>
        );
      })}
    </ol>
  );
}

function Count({ label, value }: { label: string; value: number }) {
  return (
    <div className="w-14">
      <dt className="text-xs text-muted">{label}</dt>
      <dd className={value === 0 ? "text-faint" : "font-medium"}>{value.toLocaleString("en")}</dd>
    </div>
  );
}

function wordsFor(step: Step, at: Live["steps"][number]): string | null {
  if (step.type === "email") return emailWords(at);
  if (step.type === "condition") return `${at.branches?.yes ?? 0} yes, ${at.branches?.no ?? 0} no`;
  return step.detail;
}

function emailWords({ numbers, passedOver }: Live["steps"][number]): string {
  const { sent, delivered, opened, clicked } = numbers;
  const did =
    sent === 0
      ? "Nothing sent yet"
      : `${sent.toLocaleString("en")} sent · ${percent(opened, delivered)} opened · ${percent(clicked, delivered)} clicked`;
  return passedOver === 0 ? did : `${did} · ${passedOver.toLocaleString("en")} passed over`;
}

function linesOf(flow: Flow, depth: number, branch: string | null): Line[] {
  return flow.nodes.flatMap((node, index) => [
    { stepId: node.stepId, depth, branch: index === 0 ? branch : null },
    ...(node.branches
      ? [...linesOf(node.branches.true, depth + 1, "Yes"), ...linesOf(node.branches.false, depth + 1, "No")]
      : []),
  ]);
}
