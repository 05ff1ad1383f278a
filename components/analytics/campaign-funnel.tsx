"use client";
import { useState } from "react";
import { Section } from "#components/ui/section";
import { Select } from "#components/ui/select";
import type { Live } from "../campaigns/live-view.tsx";
import { percent } from "../campaigns/percent.tsx";
import type { Campaign } from "../campaigns/use-campaign-edits.tsx";
import { countedHref } from "./counted-href.tsx";
import { NumberLink } from "./number-link.tsx";

const stages = [
  { is: "sent", label: "Sent" },
  { is: "delivered", label: "Delivered" },
  { is: "opened", label: "Opened" },
  { is: "clicked", label: "Clicked" },
  { is: "replied", label: "Replied" },
] as const;

type Props = { workspace: string; campaign: Campaign; live: Live };

/** How far the mail came: of all emails, or of one. */
export function CampaignFunnel({ workspace, campaign, live }: Props) {
  const [stepId, setStepId] = useState("");
  const emails = campaign.steps.filter(({ type }) => type === "email");
  const numbers = live.steps.find((step) => step.stepId === stepId)?.numbers ?? live.numbers;
  return (
    <Section
      title="Funnel"
      action={
        emails.length > 1 && (
          <Select
            aria-label="Email of the funnel"
            className="w-40"
            value={stepId}
            onChange={(event) => setStepId(event.target.value)}
          >
            <option value="">All emails</option>
            {emails.map((step) => (
              <option key={step.id} value={step.id}>
                {step.number}. {step.headline}
              </option>
            ))}
          </Select>
        )
      }
    >
      <dl className="space-y-3">
        {stages.map(({ is, label }) => (
          <div key={is} className="grid grid-cols-[1fr_auto] gap-x-3">
            <dt>{label}</dt>
            <dd className="tabular-nums">
              <NumberLink
                value={numbers[is]}
                href={countedHref(workspace, campaign.id, { is, ...(stepId && { stepId }) })}
                label={label.toLowerCase()}
              />{" "}
              <span className="text-muted">{is === "sent" ? "" : percent(numbers[is], numbers.sent)}</span>
            </dd>
            <dd aria-hidden className="col-span-2 mt-1 h-2 overflow-hidden rounded-full bg-selected">
              <div
                className="h-full rounded-full bg-accent transition-[width] duration-500"
                style={{ width: `${numbers.sent === 0 ? 0 : (numbers[is] / numbers.sent) * 100}%` }}
              />
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
