"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import type { Edits } from "./row-fixer.tsx";

/** Bad rows as somebody is correcting them, and the sending of them. `onCorrected` hears what became of them. */
export function useCorrections(
  id: string,
  onCorrected?: (result: { imported: number; rejected: number }) => void,
) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [edits, setEdits] = useState<Edits>(new Map());
  const edit = useCallback(
    (line: number, cells: string[] | null) => setEdits((now) => withEdit(now, line, cells)),
    [],
  );
  const { mutate, mutateAsync, isPending, error } = useMutation(
    trpc.imports.correct.mutationOptions({
      onSuccess: async (result) => {
        setEdits(new Map());
        onCorrected?.(result);
        await queries.invalidateQueries({ queryKey: trpc.imports.pathKey() });
      },
    }),
  );
  const rows = [...edits].map(([line, cells]) => ({ line, cells }));
  return {
    edits,
    edit,
    send: () => mutate({ id, rows }),
    /** Sends what was corrected, if anything was. Rejects when it was refused, which `problem` says too. */
    settle: async () => {
      if (rows.length > 0) await mutateAsync({ id, rows });
    },
    pending: isPending,
    problem: asProblem(error)?.message,
  };
}

function withEdit(edits: Edits, line: number, cells: string[] | null): Edits {
  const next = new Map(edits);
  if (cells) next.set(line, cells);
  else next.delete(line);
  return next;
}
