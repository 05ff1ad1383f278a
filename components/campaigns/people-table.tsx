"use client";
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { DateTime } from "#components/ui/date-time";
import { PageTurner } from "#components/ui/page-turner";
import { Section } from "#components/ui/section";
import { Select } from "#components/ui/select";
import { StatusBadge } from "#components/ui/status-badge";
import { Table, type Column } from "#components/ui/table";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { enrollmentFilters, type EnrollmentFilter } from "#server/analytics/schema";
import type { RouterOutputs } from "#server/router";
import { PersonMenu } from "./person-menu.tsx";
import { RetryAll } from "./retry-all.tsx";
import type { Campaign } from "./use-campaign-edits.tsx";

type Person = RouterOutputs["analytics"]["people"]["rows"][number];
type Props = {
  workspace: string;
  campaign: Campaign;
  active: boolean;
  /** Nobody is on the way in it any more. */
  ended: boolean;
  canLaunch: boolean;
  timeZone: string;
  counts: Record<string, number>;
};

/** Who is in the campaign, where each of them stands, and why they don't move or have left. */
export function PeopleTable({ workspace, campaign, active, ended, canLaunch, timeZone, counts }: Props) {
  const trpc = useTRPC();
  const { status, stepId, reason, set } = useFilters();
  // Another filter begins at its first page, however it was chosen.
  const chosen = [status, stepId, reason].join(" ");
  const [turned, setTurned] = useState({ chosen, pages: [] as string[] });
  const pages = turned.chosen === chosen ? turned.pages : [];
  const setPages = (next: string[]) => setTurned({ chosen, pages: next });
  const view = {
    id: campaign.id,
    status: status || undefined,
    stepId: stepId || undefined,
    reason: reason || undefined,
    after: pages.at(-1),
  };
  const people = useQuery(
    trpc.analytics.people.queryOptions(view, {
      placeholderData: (before) => before,
      refetchInterval: active ? 5_000 : false,
    }),
  );
  const problem = asProblem(people.error);
  const columns: Column<Person>[] = [
    {
      key: "who",
      header: "Contact",
      cell: (row) => (
        <span className="block max-w-72 truncate">
          {row.name ?? row.email}
          {row.name && (
            <span className="block truncate text-xs font-normal text-muted max-sm:hidden">{row.email}</span>
          )}
        </span>
      ),
    },
    { key: "status", header: "Status", cell: (row) => <StatusBadge status={row.status} /> },
    {
      key: "place",
      header: "Place",
      cell: (row) => (row.stepNumber ? `Step ${row.stepNumber}` : <span className="text-faint">–</span>),
    },
    {
      key: "why",
      header: "Why",
      cell: (row) => <span className="block max-w-80 text-muted max-sm:text-right">{row.why ?? ""}</span>,
    },
    {
      key: "next",
      header: "Next",
      wideOnly: true,
      cell: (row) => <DateTime at={row.nextAt} timeZone={timeZone} />,
    },
    { key: "sent", header: "Sent", align: "right", cell: (row) => row.sent },
  ];
  const acts = canLaunch && !campaign.archived && !(ended && campaign.goesOn);
  if (acts)
    columns.push({
      key: "menu",
      header: "Actions",
      bare: true,
      cell: (row) => (
        <PersonMenu
          campaignId={campaign.id}
          enrollmentId={row.id}
          status={row.status}
          name={row.name ?? row.email}
          ended={ended}
        />
      ),
    });
  return (
    <div id="people" className="scroll-mt-4">
      <Section
        title="People"
        flush
        action={
          <>
            {acts && status === "failed" && stepId === "" && (
              <RetryAll
                campaignId={campaign.id}
                reason={reason || undefined}
                ended={ended}
                disabled={!people.data?.rows.length}
              />
            )}
            <Select
              aria-label="Status"
              className="w-40"
              value={status}
              onChange={(event) => set({ status: statusIn(event.target.value), reason: "" })}
            >
              <option value="">Everybody</option>
              {enrollmentFilters.map((each) => (
                <option key={each} value={each}>
                  {each === "live" ? "On the way" : each.charAt(0).toUpperCase() + each.slice(1)}
                  {each === "live" ? "" : ` (${counts[each] ?? 0})`}
                </option>
              ))}
            </Select>
            <Select
              aria-label="Step"
              className="w-44"
              value={stepId}
              onChange={(event) => set({ stepId: event.target.value })}
            >
              <option value="">At any step</option>
              {campaign.steps.map((step) => (
                <option key={step.id} value={step.id}>
                  {step.number}. {step.headline}
                </option>
              ))}
            </Select>
          </>
        }
      >
        {reason && (
          <p className="flex items-center gap-2 border-b px-4 py-2 sm:px-5">
            <span className="text-muted">Only:</span>
            <span className="min-w-0 flex-1">{people.data?.rows[0]?.why ?? reason.replaceAll("_", " ")}</span>
            <Button size="sm" variant="ghost" onClick={() => set({ reason: "", status: "" })}>
              <X /> Everybody
            </Button>
          </p>
        )}
        {problem && (
          <Callout kind="danger" title="The list could not be loaded">
            {problem.message}
          </Callout>
        )}
        {!people.data && !problem && <TableSkeleton columns={5} rows={5} />}
        {people.data && (
          <Table
            label="People"
            className="rounded-none border-0 shadow-none"
            columns={columns}
            rows={people.data.rows}
            rowKey={(row) => row.id}
            href={(row) => `/${workspace}/campaigns/${campaign.id}/people/${row.id}`}
            empty={
              <p className="px-5 py-8 text-center text-muted">
                {status || stepId || reason ? "Nobody matches." : "Nobody has been enrolled yet."}
              </p>
            }
          />
        )}
        <PageTurner label="Pages of people" pages={pages} next={people.data?.next} onTurn={setPages} />
      </Section>
    </div>
  );
}

type Filters = { status: EnrollmentFilter | ""; stepId: string; reason: string };

const statusIn = (text: string | null): Filters["status"] =>
  enrollmentFilters.find((each) => each === text) ?? "";

/** The address holds what is shown, so that a number elsewhere can lead to its people. */
function useFilters(): Filters & { set: (change: Partial<Filters>) => void } {
  const params = useSearchParams();
  const filters = {
    status: statusIn(params.get("status")),
    stepId: params.get("step") ?? "",
    reason: params.get("reason") ?? "",
  };
  return {
    ...filters,
    set: (change) => {
      const { status, stepId, reason } = { ...filters, ...change };
      const query = new URLSearchParams({
        ...(status && { status }),
        ...(stepId && { step: stepId }),
        ...(reason && { reason }),
      });
      // Without a journey to the server: the rows come by a call of their own.
      window.history.replaceState(
        null,
        "",
        query.size > 0 ? `?${query.toString()}` : window.location.pathname,
      );
    },
  };
}
