import { ExportButton } from "#components/exports/export-button";
import type { ContactListInput } from "#server/contacts/schema";
import type { RouterOutputs } from "#server/router";
import type { Rule } from "#server/segments/schema";

type Props = {
  workspace: string;
  view: ContactListInput;
  choices: RouterOutputs["segments"]["choices"];
};

/** Exports what the filters let through. A search is for finding people; it is no rule, so it cannot be exported. */
export function ContactExport({ workspace, view, choices }: Props) {
  if (view.q) return null;
  const rules: Rule[] = [];
  if (view.status) rules.push({ field: "status", operator: "equals", value: view.status });
  if (view.tag) rules.push({ field: "tags", operator: "contains_any", value: [view.tag] });
  if (rules.length === 0 && view.list)
    return <ExportButton workspace={workspace} segmentId={view.list} label="Export these" />;
  const kind = choices.find(({ id }) => id === view.list)?.kind;
  if (view.list && kind) rules.push({ field: kind, operator: "in", value: [view.list] });
  if (rules.length === 0) return <ExportButton workspace={workspace} />;
  return (
    <ExportButton workspace={workspace} rules={{ version: 1, match: "all", rules }} label="Export these" />
  );
}
