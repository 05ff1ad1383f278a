"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { asProblem, useTRPC } from "#components/trpc/client";
import type { ColumnMapping } from "#server/imports/schema";
import { isNew } from "./column-table.tsx";
import type { Detail } from "./import-view.tsx";
import type { Vocabulary } from "./import-wizard.tsx";
import type { ProblemGroup } from "./problem-groups.tsx";

/** What is wrong with a value that another type of its field may take. */
const ofType = ["choice_unfit", "choice_unknown", "number_invalid", "date_invalid", "boolean_invalid"];

/**
 * Gives a field that an import makes another type, and has the file checked again. `first` sends what else was
 * corrected; `onRetyped` hears of the change.
 */
export function useRetype({
  job,
  customFields,
  first,
  onRetyped,
}: {
  job: Detail | undefined;
  customFields: Vocabulary["customFields"];
  first: () => Promise<unknown>;
  onRetyped: (column: ColumnMapping) => void;
}) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const check = useMutation(trpc.imports.check.mutationOptions());
  const change = useMutation({
    mutationFn: async (column: ColumnMapping) => {
      if (!job?.options) return;
      await first();
      const mapping = job.mapping.map((each) => (each.column === column.column ? column : each));
      await check.mutateAsync({ id: job.id, mapping, options: job.options });
      onRetyped(column);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: trpc.imports.pathKey() }),
  });
  return {
    /** The new fields, not yet text, into which values of this group do not fit. */
    columnsOf: ({ code, examples }: ProblemGroup): ColumnMapping[] => {
      if (!ofType.includes(code)) return [];
      const headers = new Set(examples.map(({ field }) => field));
      return (job?.mapping ?? []).filter(
        ({ header, target, fieldType = "text" }) =>
          headers.has(header) && fieldType !== "text" && isNew(target, customFields),
      );
    },
    run: change.mutate,
    pending: change.isPending,
    problem: asProblem(change.error)?.message,
  };
}
