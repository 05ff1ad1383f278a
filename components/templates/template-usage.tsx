import Link from "next/link";
import { Badge } from "#components/ui/badge";
import { Section } from "#components/ui/section";
import { StatusBadge } from "#components/ui/status-badge";
import type { RouterOutputs } from "#server/router";

type Props = { workspace: string; usage: RouterOutputs["templates"]["usage"] };

/** The steps that were started from a template. They keep their own text: a change here does not reach them. */
export function TemplateUsage({ workspace, usage }: Props) {
  if (usage.length === 0) return null;
  const holding = new Set(usage.filter(({ holds }) => holds).map(({ campaignId }) => campaignId)).size;
  return (
    <Section
      flush
      className="mt-8"
      title="Where it is used"
      description={
        holding > 0
          ? "Steps keep the text they were started with. The template cannot be deleted while a campaign of these is not over."
          : "Steps keep the text they were started with."
      }
    >
      <ul className="divide-y">
        {usage.map(({ campaignId, campaign, status, archived, stepId, step, subject }) => (
          <li key={stepId} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 sm:px-5">
            <Link
              href={`/${workspace}/campaigns/${campaignId}`}
              className="min-w-0 flex-1 basis-60 truncate font-medium hover:underline"
            >
              {campaign}
              <span className="ml-2 font-normal text-muted">
                Step {step}
                {subject && `: ${subject}`}
              </span>
            </Link>
            {archived ? <Badge>Archived</Badge> : <StatusBadge status={status} />}
          </li>
        ))}
      </ul>
    </Section>
  );
}
