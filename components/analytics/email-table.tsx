import { Section } from "#components/ui/section";
import type { Measure } from "#server/analytics/schema";
import type { Live } from "../campaigns/live-view.tsx";
import { percent } from "../campaigns/percent.tsx";
import type { Campaign } from "../campaigns/use-campaign-edits.tsx";
import { countedHref } from "./counted-href.tsx";
import { NumberLink } from "./number-link.tsx";

type Props = { workspace: string; campaign: Campaign; live: Live };
type Numbers = Live["numbers"];
type Line = {
  key: string;
  stepId: string;
  variantId?: string;
  name: string;
  number: number | null;
  numbers: Numbers;
};

const columns: { is: Measure; label: string; of?: "sent" | "delivered" }[] = [
  { is: "sent", label: "Sent" },
  { is: "delivered", label: "Delivered", of: "sent" },
  { is: "opened", label: "Opened", of: "delivered" },
  { is: "machineOpened", label: "Automatic" },
  { is: "clicked", label: "Clicked", of: "delivered" },
  { is: "replied", label: "Replied", of: "delivered" },
  { is: "converted", label: "Goals", of: "delivered" },
  { is: "bounced", label: "Bounced", of: "sent" },
  { is: "unsubscribed", label: "Unsubscribed", of: "delivered" },
  { is: "failed", label: "Failed" },
  { is: "withGaps", label: "With a gap" },
];

/** Every email of a campaign beside the others, and each of its variants below it. Each number lists its messages. */
export function EmailTable({ workspace, campaign, live }: Props) {
  const lines = linesOf(campaign, live);
  if (lines.length === 0) return null;
  const has = (is: Measure) =>
    is === "converted"
      ? campaign.goals.length > 0
      : is !== "withGaps" || lines.some(({ numbers }) => numbers.withGaps > 0);
  const shown = columns.filter(({ is }) => has(is));
  return (
    <Section
      title="Emails"
      flush
      description="What each email has done. Opens are those of people; what mail programs and scanners open by themselves stands apart. Choose a number to see whom it counts."
    >
      <div className="overflow-x-auto">
        <table className="w-full text-left">
          <caption className="sr-only">Numbers of each email</caption>
          <thead>
            <tr className="border-b bg-sunken text-xs text-muted">
              <th
                scope="col"
                className="sticky left-0 h-9 min-w-36 bg-sunken sm:min-w-52 px-4 font-medium sm:px-5"
              >
                Email
              </th>
              {shown.map(({ is, label }) => (
                <th key={is} scope="col" className="px-3 text-right font-medium whitespace-nowrap last:pr-5">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr key={line.key} className="border-b last:border-0">
                <th
                  scope="row"
                  className="sticky left-0 max-w-36 truncate bg-surface sm:max-w-72 px-4 py-2.5 font-medium sm:px-5"
                >
                  {line.number === null ? (
                    <span className="pl-5 font-normal text-muted">{line.name}</span>
                  ) : (
                    <>
                      <span className="mr-1.5 text-xs font-normal text-faint tabular-nums">
                        {line.number}
                      </span>
                      {line.name}
                    </>
                  )}
                </th>
                {shown.map(({ is, label, of }) => (
                  <td key={is} className="px-3 py-2.5 text-right align-top tabular-nums last:pr-5">
                    <NumberLink
                      value={line.numbers[is]}
                      href={countedHref(workspace, campaign.id, {
                        is,
                        stepId: line.stepId,
                        variantId: line.variantId,
                      })}
                      label={`${label.toLowerCase()} of ${line.name}`}
                    />
                    {of && line.numbers[is] > 0 && (
                      <span className="block text-xs text-muted">
                        {percent(line.numbers[is], line.numbers[of])}
                      </span>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function linesOf({ steps }: Campaign, live: Live): Line[] {
  return steps
    .filter(({ type }) => type === "email")
    .flatMap((step): Line[] => {
      const at = live.steps.find(({ stepId }) => stepId === step.id);
      if (!at) return [];
      const of = { stepId: step.id };
      return [
        { ...of, key: step.id, name: step.headline, number: step.number, numbers: at.numbers },
        ...at.variants.map(({ variantId, name, numbers }) => ({
          ...of,
          key: variantId,
          variantId,
          name,
          number: null,
          numbers,
        })),
      ];
    });
}
