import { cn } from "#components/ui/cn";
import type { ColumnMapping } from "#server/imports/schema";
import type { Inspection } from "./import-wizard.tsx";

type Props = { inspection: Inspection; mapping: ColumnMapping };

/** Why a column is proposed to go where it goes, and how sure that is; nothing where a person chose it. */
export function ColumnGuess({ inspection, mapping }: Props) {
  const at = inspection.mapping.findIndex(({ column }) => column === mapping.column);
  const guess = inspection.guesses[at];
  if (!guess || guess.how === "none" || inspection.mapping[at]?.target !== mapping.target) return null;
  const unsure = guess.how === "fuzzy" || guess.how === "values";
  return (
    <p className={cn("w-full text-xs", unsure ? "text-warning" : "text-muted")}>
      {words[guess.how]}
      {unsure && `, ${Math.round(guess.confidence * 100)} % sure`}
    </p>
  );
}

const words = {
  exact: "By its name",
  alias: "By its name",
  preset: "As this product exports it",
  fuzzy: "By a similar name",
  values: "By its values",
  remembered: "As last time",
};
