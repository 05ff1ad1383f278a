import { CircleAlert, CircleCheck, TriangleAlert } from "lucide-react";
import { Section } from "#components/ui/section";
import { TextLink } from "#components/ui/text-link";
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
  return (
    <Section title="Checks" flush>
      <ul className="divide-y">
        {[
          ...groups.filter(({ where }) => where !== "goals" || campaign.goals.length > 0),
          ...(approval ? [approval] : []),
        ].map((group) => {
          const triggers = group.where === "audience" && campaign.type === "triggered";
          const mine = problems.filter((problem) => problem.where === group.where);
          const blocked = mine.some((problem) => problem.severity === "blocker");
          return (
            <li key={group.where} className="flex gap-3 px-4 py-3 sm:px-5">
              {blocked ? (
                <CircleAlert aria-label="Must be fixed" className="mt-0.5 size-4 shrink-0 text-danger" />
              ) : mine.length > 0 ? (
                <TriangleAlert aria-label="Worth a look" className="mt-0.5 size-4 shrink-0 text-warning" />
              ) : (
                <CircleCheck aria-label="Fine" className="mt-0.5 size-4 shrink-0 text-success" />
              )}
              <div className="min-w-0">
                <h3 className="font-medium">{triggers ? "Trigger" : group.label}</h3>
                {mine.length === 0 && (
                  <p className="text-muted">{triggers ? "Something brings people in." : group.fine}</p>
                )}
                <ul className="space-y-1.5">
                  {mine.map((problem) => (
                    <li key={problem.code + (problem.stepId ?? "") + problem.message}>
                      {problem.message}{" "}
                      <TextLink href={hrefOf(problem)}>
                        {problem.severity === "blocker" ? "Fix it" : "Look"}
                      </TextLink>
                    </li>
                  ))}
                </ul>
              </div>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
