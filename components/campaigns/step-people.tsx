"use client";
import { useQuery } from "@tanstack/react-query";
import { UsersRound } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Callout } from "#components/ui/callout";
import { Card } from "#components/ui/card";
import { DateTime } from "#components/ui/date-time";
import { PageTurner } from "#components/ui/page-turner";
import { Skeleton } from "#components/ui/skeleton";
import { StatusBadge } from "#components/ui/status-badge";
import type { RouterOutputs } from "#server/router";
import { PersonMenu } from "./person-menu.tsx";
import type { Campaign, Step } from "./use-campaign-edits.tsx";

type Person = RouterOutputs["analytics"]["people"]["rows"][number];
type Props = { workspace: string; campaign: Campaign; step: Step; canLaunch: boolean; timeZone: string };

/** Who stands at a step, why, and until when; the latest enrolled first. Mount with `key={step.id}`. */
export function StepPeople({ workspace, campaign, step, canLaunch, timeZone }: Props) {
  const trpc = useTRPC();
  const [pages, setPages] = useState<string[]>([]);
  const active = campaign.status === "active";
  const people = useQuery(
    trpc.analytics.people.queryOptions(
      { id: campaign.id, status: "live", stepId: step.id, after: pages.at(-1) },
      { placeholderData: (before) => before, refetchInterval: active ? 5_000 : false },
    ),
  );
  const problem = asProblem(people.error);
  const acts = canLaunch && !campaign.archived && (active || campaign.status === "paused");
  return (
    <Card className="overflow-hidden">
      <section aria-label={`People at step ${step.number}`}>
        {problem && (
          <Callout kind="danger" title="The list could not be loaded" className="m-4">
            {problem.message}
          </Callout>
        )}
        {!people.data && !problem && <Skeleton className="m-4 h-40" />}
        {people.data?.rows.length === 0 && (
          <p className="flex items-center justify-center gap-2 px-4 py-10 text-muted">
            <UsersRound aria-hidden className="size-4" />
            {pages.length > 0 ? "Nobody further." : "Nobody stands at this step."}
          </p>
        )}
        <ul className="divide-y">
          {people.data?.rows.map((person) => (
            <li key={person.id} className="flex items-start gap-2 px-4 py-2.5">
              <Standing {...{ workspace, person, timeZone }} campaignId={campaign.id} />
              {acts && (
                <PersonMenu
                  campaignId={campaign.id}
                  enrollmentId={person.id}
                  status={person.status}
                  name={person.name ?? person.email}
                />
              )}
            </li>
          ))}
        </ul>
        <PageTurner label="Pages of people" pages={pages} next={people.data?.next} onTurn={setPages} />
      </section>
    </Card>
  );
}

type StandingProps = { workspace: string; campaignId: string; person: Person; timeZone: string };

function Standing({ workspace, campaignId, person, timeZone }: StandingProps) {
  return (
    <div className="min-w-0 flex-1">
      <p className="flex items-center gap-2">
        <Link
          href={`/${workspace}/campaigns/${campaignId}/people/${person.id}`}
          className="min-w-0 truncate font-medium hover:underline"
        >
          {person.name ?? person.email}
        </Link>
        {person.status === "paused" && <StatusBadge status="paused" />}
      </p>
      {person.name && <p className="truncate text-xs text-muted">{person.email}</p>}
      <p className="text-xs text-muted">
        {person.why ?? (person.nextAt ? "Waiting for its turn." : "At work.")}
        {person.nextAt && (
          <>
            {" Until "}
            <DateTime at={person.nextAt} timeZone={timeZone} />.
          </>
        )}
      </p>
    </div>
  );
}
