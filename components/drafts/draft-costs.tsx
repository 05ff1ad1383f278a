"use client";
import { useQuery } from "@tanstack/react-query";
import { CircleDollarSign } from "lucide-react";
import { useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { Popover, PopoverContent, PopoverTrigger } from "#components/ui/popover";
import { Skeleton } from "#components/ui/skeleton";
import { TextLink } from "#components/ui/text-link";
import type { RouterOutputs } from "#server/router";
import { moneyWords } from "./money.tsx";

type Costs = RouterOutputs["drafts"]["costs"];
const tokens = (count: number) =>
  new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }).format(count);

/** What AI drafts have cost, by campaign. Asked for when it is opened. */
export function DraftCosts({ workspace }: { workspace: string }) {
  const trpc = useTRPC();
  const [open, setOpen] = useState(false);
  const { data, error } = useQuery(trpc.drafts.costs.queryOptions(undefined, { enabled: open }));
  const problem = asProblem(error);
  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger asChild>
        <Button variant="ghost">
          <CircleDollarSign /> Cost of AI
        </Button>
      </PopoverTrigger>
      <PopoverContent
        align="end"
        collisionPadding={16}
        className="w-104 max-w-[calc(100vw-2rem)] p-3"
        aria-label="Cost of AI"
      >
        {problem && (
          <Callout kind="danger" title="The costs could not be read">
            {problem.message}
          </Callout>
        )}
        {!data && !problem && <Skeleton className="h-24 w-full" />}
        {data && data.total.drafts === 0 && <p className="text-muted">No draft was written by AI yet.</p>}
        {data && data.total.drafts > 0 && <CostTable workspace={workspace} {...data} />}
      </PopoverContent>
    </Popover>
  );
}

function CostTable({ workspace, campaigns, total, pricesAsOf }: Costs & { workspace: string }) {
  const head = "pb-1.5 pl-3 font-medium";
  return (
    <>
      <table className="w-full text-right tabular-nums">
        <caption className="sr-only">Cost of AI drafts by campaign</caption>
        <thead className="text-xs text-muted">
          <tr>
            <th scope="col" className="pb-1.5 text-left font-medium">
              Campaign
            </th>
            <th scope="col" className={head}>
              Drafts
            </th>
            <th scope="col" className={head}>
              Tokens
            </th>
            <th scope="col" className={head}>
              Cost
            </th>
          </tr>
        </thead>
        <tbody>
          {campaigns.map((one) => (
            <tr key={one.campaignId ?? ""}>
              <th scope="row" className="max-w-40 truncate py-0.5 text-left font-normal">
                {one.campaignId && one.campaignName ? (
                  <TextLink href={`/${workspace}/campaigns/${one.campaignId}`}>{one.campaignName}</TextLink>
                ) : (
                  "A deleted campaign"
                )}
              </th>
              <Figures of={one} />
            </tr>
          ))}
        </tbody>
        <tfoot className="border-t font-medium">
          <tr className="[&>*]:pt-1.5">
            <th scope="row" className="text-left font-medium">
              Altogether
            </th>
            <Figures of={total} />
          </tr>
        </tfoot>
      </table>
      <p className="mt-2 text-xs text-muted">
        Estimated by the list prices of {pricesAsOf}, or those that the operator has set. The provider’s bill
        counts.
        {total.unpriced > 0
          && ` ${total.unpriced.toLocaleString("en")} ${total.unpriced === 1 ? "draft is" : "drafts are"} of a model without a known price, and not in the sums.`}
      </p>
    </>
  );
}

function Figures({ of }: { of: Costs["total"] }) {
  return (
    <>
      <td className="pl-3">{of.drafts.toLocaleString("en")}</td>
      <td className="pl-3">{tokens(of.inputTokens + of.outputTokens)}</td>
      <td className="pl-3">{of.unpriced === of.drafts ? "–" : moneyWords(of.costMicros)}</td>
    </>
  );
}
