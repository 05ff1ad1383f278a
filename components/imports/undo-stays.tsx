import type { UndoReport } from "#server/imports/schema";

/** What the import made and its undo leaves, by name; nothing where nothing stays. */
export function UndoStays({ report, tense }: { report: UndoReport; tense: "will" | "did" }) {
  const { fields = [], lists = [], tags = [] } = report.stays ?? {};
  const names = [
    ...lists.map((name) => `the list “${name}”`),
    ...tags.map((name) => `the tag “${name}”`),
    ...fields.map((label) => `the field “${label}”`),
  ];
  if (names.length === 0) return null;
  return (
    <p className="text-sm text-muted">
      {tense === "will"
        ? "Changed since, or in use, and so will stay"
        : "Changed since, or in use, and so left"}
      : {names.join(", ")}.
    </p>
  );
}
