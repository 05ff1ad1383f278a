import { ArrowLeft, ArrowRight, Check } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { cn } from "#components/ui/cn";
import { LinkButton } from "#components/ui/link-button";
import { Page } from "#components/ui/page";
import { type GuidePart, guideParts } from "#server/campaigns/schema";
import type { Campaign } from "../use-campaign-edits.tsx";
import { guideWords, isAnswered } from "./guide-parts.tsx";

type Props = { workspace: string; campaign: Campaign; part: GuidePart; children: ReactNode };

/** One question of the guide: where one is, the question, and the ways back and on. Every answer is in the draft. */
export function GuideFrame({ workspace, campaign, part, children }: Props) {
  const base = `/${workspace}/campaigns`;
  const at = guideParts.indexOf(part);
  const [before, after] = [guideParts[at - 1], guideParts[at + 1]];
  const href = (to: GuidePart) => `${base}/${campaign.id}/guide?at=${to}`;
  return (
    <Page
      title={guideWords[part].question}
      breadcrumbs={[
        { label: "Campaigns", href: base },
        { label: campaign.name, href: `${base}/${campaign.id}/edit` },
      ]}
      action={<LinkButton href={`${base}/${campaign.id}/edit`}>Open the builder</LinkButton>}
    >
      <nav aria-label="Questions" className="mb-6 border-b pb-4">
        <ol className="flex flex-wrap gap-x-6 gap-y-2">
          {guideParts.map((each, index) => (
            <li key={each}>
              <Link
                href={href(each)}
                aria-current={each === part ? "step" : undefined}
                className={cn(
                  "flex items-center gap-2 rounded-md text-muted hover:text-ink",
                  each === part && "font-medium text-ink",
                )}
              >
                <Mark number={index + 1} current={each === part} done={isAnswered(each, campaign)} />
                <span className={cn(each !== part && "max-sm:sr-only")}>{guideWords[each].label}</span>
              </Link>
            </li>
          ))}
        </ol>
      </nav>
      {children}
      <div className="mt-6 flex items-center justify-between gap-3 border-t pt-4">
        {before ? (
          <LinkButton href={href(before)}>
            <ArrowLeft /> Back
          </LinkButton>
        ) : (
          <span />
        )}
        {/* The sender's page saves by a button of its own that leads on. */}
        {after && part !== "sending" && (
          <LinkButton variant="primary" href={href(after)}>
            {guideWords[part].next} <ArrowRight />
          </LinkButton>
        )}
      </div>
    </Page>
  );
}

function Mark({ number, current, done }: { number: number; current: boolean; done: boolean }) {
  return (
    <span
      className={cn(
        "flex size-5 items-center justify-center rounded-full border text-2xs tabular-nums",
        current && "border-ink bg-primary text-on-primary",
        done && !current && "border-success text-success",
      )}
    >
      {done && !current ? (
        <>
          <Check aria-hidden className="size-3" />
          <span className="sr-only">Answered: </span>
        </>
      ) : (
        number
      )}
    </span>
  );
}
