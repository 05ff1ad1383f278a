"use client";
import { useQuery } from "@tanstack/react-query";
import { SpamRules } from "#components/templates/spam-rules";
import { alone, asProblem, useTRPCClient } from "#components/trpc/client";
import type { RouterOutputs } from "#server/router";
import { ChecklistGroup } from "./checklist-group.tsx";
import type { Review } from "./launch-review.tsx";
import type { Campaign } from "./use-campaign-edits.tsx";

type Links = RouterOutputs["campaigns"]["checkLinks"];
type Emails = RouterOutputs["campaigns"]["checkEmails"];
type HrefOf = (problem: Review["problems"][number]) => string;

/** Whoever comes back to the page soon sees what was found before. */
const freshMs = 5 * 60_000;

/** What asks other systems: the emails in receivers' eyes, and their links. Looked at when it is shown, and on demand. */
export function useEmailChecks({ id, version }: Pick<Campaign, "id" | "version">) {
  const client = useTRPCClient();
  const options = { staleTime: freshMs, retry: false, refetchOnWindowFocus: false };
  const emails = useQuery({
    queryKey: ["email checks", id, version],
    queryFn: () => client.campaigns.checkEmails.mutate({ id }, { context: alone }),
    ...options,
  });
  const links = useQuery({
    queryKey: ["link checks", id, version],
    queryFn: () => client.campaigns.checkLinks.mutate({ id }, { context: alone }),
    ...options,
  });
  return {
    emails,
    links,
    pending: emails.isFetching || links.isFetching,
    again: () => void Promise.all([emails.refetch(), links.refetch()]),
  };
}

/** How far a check is: what was found stays while it is made again, and when that fails. */
type Check<Found> = { data?: Found; error: unknown; isError: boolean; isFetching: boolean };
type Props = { checks: { emails: Check<Emails>; links: Check<Links> }; hrefOf: HrefOf };

export function EmailChecks({ checks: { emails, links }, hrefOf }: Props) {
  return (
    <>
      <ChecklistGroup
        label="Content"
        problems={emails.data?.problems ?? []}
        hrefOf={hrefOf}
        pending={emails.isFetching}
        failed={emails.isError || Boolean(emails.data?.spam?.failure)}
        fine={
          asProblem(emails.error)?.message
          ?? (emails.data ? contentWords(emails.data) : "Looking at the emails as receivers do…")
        }
      >
        <NotAgain check={emails} />
        {emails.data?.spam && <SpamScores spam={emails.data.spam} />}
      </ChecklistGroup>
      <ChecklistGroup
        label="Links"
        problems={links.data?.problems ?? []}
        hrefOf={hrefOf}
        pending={links.isFetching}
        failed={links.isError || (links.data?.left ?? 0) > 0}
        fine={
          asProblem(links.error)?.message
          ?? (links.data ? linkWords(links.data) : "Asking whether the links answer…")
        }
      >
        <NotAgain check={links} />
        {links.data && links.data.problems.length > 0 && (
          <p className="mt-1.5 text-muted">{linkWords(links.data)}</p>
        )}
      </ChecklistGroup>
    </>
  );
}

/** What was found before stands there still after a check that failed. */
function NotAgain({ check: { error, data } }: { check: Check<Emails | Links> }) {
  const problem = asProblem(error);
  if (!problem || !data || data.problems.length === 0) return null;
  return <p className="mt-1.5 text-warning">{problem.message} What stands here was found before.</p>;
}

const contentWords = ({ emails }: Emails) =>
  emails === 0
    ? "No email is finished yet."
    : `Nothing in ${emails === 1 ? "the email" : `the ${emails} emails`} that receivers hold against mail.`;

function linkWords({ asked, left, problems }: Links): string {
  const answering = asked - problems.length;
  const more = left > 0 ? ` For ${left.toLocaleString("en")} more there was no time.` : "";
  if (asked + left === 0) return "The emails have no links that could be asked.";
  if (answering === 1) return `1 link answers.${more}`;
  return `${answering.toLocaleString("en")} links answer.${more}`;
}

/** What the spam filter gives each email, and for what. */
function SpamScores({ spam: { scores, failure } }: { spam: NonNullable<Emails["spam"]> }) {
  return (
    <div className="mt-2 space-y-1.5">
      {failure && <p className="text-warning">{failure}</p>}
      {scores.map(({ title, ...score }) => (
        <SpamRules key={title} title={title} score={score} />
      ))}
    </div>
  );
}
