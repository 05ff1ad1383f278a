import { Info, TriangleAlert } from "lucide-react";
import type { Note } from "#server/imports/formats/schema";

const warnings = new Set<Note["code"]>([
  "same_file",
  "damaged_characters",
  "encoding_guessed",
  "long_rows",
  "late_columns",
  "crowded_columns",
  "formula_cells",
]);

/** What stands out in a file, the warnings first. */
export function FileNotes({ notes }: { notes: readonly Note[] }) {
  if (notes.length === 0) return null;
  const sorted = notes.toSorted((a, b) => Number(warnings.has(b.code)) - Number(warnings.has(a.code)));
  return (
    <ul className="mb-1 space-y-1.5">
      {sorted.map((note) => {
        const warns = warnings.has(note.code);
        const Icon = warns ? TriangleAlert : Info;
        return (
          <li key={`${note.code}${note.column ?? ""}`} className="flex items-start gap-2">
            <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${warns ? "text-warning" : "text-info"}`} />
            <span className="min-w-0 break-words">
              {warns && <span className="sr-only">Warning: </span>}
              {note.message}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
