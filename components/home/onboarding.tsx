import { Circle, CircleCheck } from "lucide-react";
import { LinkButton } from "#components/ui/link-button";
import { Section } from "#components/ui/section";
import type { RouterOutputs } from "#server/router";
import { HideOnboarding } from "./hide-onboarding.tsx";

type Props = {
  workspace: string;
  onboarding: RouterOutputs["analytics"]["home"]["onboarding"];
  canWrite: boolean;
};

const steps = [
  {
    key: "mailbox",
    title: "A mailbox to send from",
    text: "The sandbox works at once; connect your own when you are ready.",
    path: "settings/mailboxes",
    go: "Connect",
  },
  {
    key: "postalAddress",
    title: "Your postal address",
    text: "Every email has to show it: the law asks for that.",
    path: "settings",
    go: "Enter it",
  },
  {
    key: "contacts",
    title: "People to write to",
    text: "Import a CSV file, or try the sample.",
    path: "imports/new",
    go: "Import",
  },
  {
    key: "campaign",
    title: "A first campaign",
    text: "One email, or a series that reacts to what people do.",
    path: "campaigns/new",
    go: "Create",
  },
  {
    key: "launched",
    title: "Launch it",
    text: "And watch what happens, live.",
    path: "campaigns",
    go: "Campaigns",
  },
] as const;

/** In any order; gone when the first campaign has been launched. */
export function Onboarding({ workspace, onboarding, canWrite }: Props) {
  const done = steps.filter((step) => onboarding[step.key]).length;
  const next = steps.find((step) => !onboarding[step.key]);
  return (
    <Section
      title="Get started"
      description={`${done} of ${steps.length} done, in any order.`}
      action={canWrite && <HideOnboarding />}
      flush
    >
      <ol className="divide-y">
        {steps.map((step) => {
          const isDone = onboarding[step.key];
          return (
            <li key={step.key} className="flex items-center gap-3 px-4 py-2.5 sm:px-5">
              {isDone ? (
                <CircleCheck aria-label="Done" className="size-4 shrink-0 text-success" />
              ) : (
                <Circle aria-label="To do" className="size-4 shrink-0 text-faint" />
              )}
              <div className="min-w-0 flex-1">
                <p className={isDone ? "text-muted" : "font-medium"}>{step.title}</p>
                {!isDone && <p className="text-xs text-muted">{step.text}</p>}
              </div>
              {!isDone && canWrite && (
                <LinkButton
                  size="sm"
                  variant={step === next ? "primary" : "secondary"}
                  href={`/${workspace}/${step.path}`}
                >
                  {step.go}
                </LinkButton>
              )}
            </li>
          );
        })}
      </ol>
    </Section>
  );
}
