import type { ColumnMapping } from "#server/imports/schema";
import type { Inspection } from "./import-wizard.tsx";

/** Where a guess comes from, and how sure it is. */
export function ColumnGuess(_: { inspection: Inspection; mapping: ColumnMapping }) {
  return null;
}
