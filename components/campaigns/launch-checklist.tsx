"use client";
import { RotateCw } from "lucide-react";
import { Button } from "#components/ui/button";
import { Section } from "#components/ui/section";
import { ChecklistGroup } from "./checklist-group.tsx";
import { EmailChecks, useEmailChecks } from "./email-checks.tsx";
import type { Review } from "./launch-review.tsx";
import type { Campaign } from "./use-campaign-edits.tsx";

const groups = [
  { where: "steps", label: "Steps", fine: "Every way leads somewhere and every email is complete." },
  { where: "audience", label: "Audience", fine: "There is somebody to write to." },
  { where: "goals", label: "Goals", fine: "What counts as a success is clear." },
  { where: "settings", label: "Settings", fine: "A mailbox that can send, and a time to send in." },
  { where: "workspace", label: "Workspace", fine: "The postal address that every email must show." },
] as const;

type Props = { workspace: string; campaign: Campaign; problems: Review["problems"] };

export function LaunchChecklist({ workspace, campaign, problems }: Props) {
  const checks = useEmailChecks(campaign);
  const edit = `/${workspace}/campaigns/${campaign.id}/edit`;
  const hrefs = {
    audience: `${edit}/audience`,
    goals: `${edit}/goals`,
    settings: `${edit}/settings`,
    workspace: `/${workspace}/settings`,
    approval: "#approval",
  };
  const hrefOf = (problem: Review["problems"][number]) =>
    problem.where === "steps"
      ? problem.stepId
        ? `${edit}?step=${problem.stepId}`
        : edit
      : hrefs[problem.where];
  const approval = problems.some(({ where }) => where === "approval") && {
    where: "approval" as const,
    label: "Approval",
    fine: "",
  };
  const triggers = campaign.type === "triggered";
  return (
    <Section
      title="Checks"
      flush
      action={
        <Button size="sm" pending={checks.pending} onClick={checks.again}>
          <RotateCw /> Check again
        </Button>
      }
    >
      <ul className="divide-y">
        {[
          ...groups.filter(({ where }) => where !== "goals" || campaign.goals.length > 0),
          ...(approval ? [approval] : []),
        ].map(({ where, label, fine }) => (
          <ChecklistGroup
            key={where}
            label={where === "audience" && triggers ? "Trigger" : label}
            fine={where === "audience" && triggers ? "Something brings people in." : fine}
            problems={problems.filter((problem) => problem.where === where)}
            hrefOf={hrefOf}
          />
        ))}
        <EmailChecks checks={checks} hrefOf={hrefOf} />
      </ul>
    </Section>
  );
}
