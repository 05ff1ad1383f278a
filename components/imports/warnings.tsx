import { Section } from "#components/ui/section";
import { count } from "./import-status.tsx";
import { type ProblemGroup, ProblemList } from "./problem-groups.tsx";

/** What is imported all the same, and worth a look. */
export function Warnings({ groups }: { groups: readonly ProblemGroup[] }) {
  if (groups.length === 0) return null;
  const rows = groups.reduce((sum, group) => sum + group.rows, 0);
  return (
    <Section
      title="Worth a look"
      description={`${count(rows)} ${rows === 1 ? "remark" : "remarks"}. These rows are imported all the same.`}
      flush
    >
      <ProblemList groups={groups} startOpen={false} />
    </Section>
  );
}
