import type { ReactNode } from "react";
import { Section } from "#components/ui/section";
import type { RouterOutputs } from "#server/router";
import { count } from "./import-status.tsx";
import { problemTitle } from "./problem-titles.tsx";

export type ProblemGroup = RouterOutputs["imports"]["problems"][number];
type Props = { groups: readonly ProblemGroup[]; description?: ReactNode; action?: ReactNode };

/** Rejected rows by what is wrong with them, each kind with its first lines. */
export function ProblemGroups({ groups, description, action }: Props) {
  return (
    <Section title="Rejected rows" description={description} action={action} flush>
      <ProblemList groups={groups} startOpen />
    </Section>
  );
}

/** Kinds of problems, each to be opened; what `content` gives stands in place of the examples. */
export function ProblemList({
  groups,
  startOpen,
  content,
}: {
  groups: readonly ProblemGroup[];
  /** The first kind is open from the start. */
  startOpen: boolean;
  content?: (group: ProblemGroup) => ReactNode;
}) {
  return groups.map((group, index) => (
    <details key={group.code} open={startOpen && index === 0} className="group border-b last:border-0">
      <summary className="flex cursor-pointer items-center justify-between gap-4 px-4 py-2.5 hover:bg-hover sm:px-5">
        <span className="font-medium">{problemTitle(group.code)}</span>
        <span className="text-muted tabular-nums">
          {group.rows === 1 ? "1 row" : `${count(group.rows)} rows`}
        </span>
      </summary>
      {content ? content(group) : <Examples group={group} />}
    </details>
  ));
}

function Examples({ group }: { group: ProblemGroup }) {
  return (
    <ul className="space-y-2 px-4 pb-3 sm:px-5">
      {group.examples.map((example) => (
        <li key={`${example.line}${example.field}`} className="grid gap-x-4 sm:grid-cols-[5rem_1fr]">
          <span className="text-muted">Line {count(example.line)}</span>
          <span className="min-w-0 break-words">
            {example.value !== "" && (
              <code className="mr-2 rounded-sm bg-selected px-1 text-xs break-all">{example.value}</code>
            )}
            {example.message}
          </span>
        </li>
      ))}
      {group.rows > group.examples.length && (
        <li className="text-xs text-muted">and {count(group.rows - group.examples.length)} more</li>
      )}
    </ul>
  );
}
