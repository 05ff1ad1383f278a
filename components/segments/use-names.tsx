"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import type { Option } from "#components/ui/combobox";
import { useSettled } from "#components/ui/use-settled";
import { type NameKind, namesHeld } from "#server/segments/schema";

type Given = {
  kind: NameKind;
  /** What came with the page; undefined while it is being fetched. */
  held: readonly Option[] | undefined;
  /** What is chosen, to be called by its name even where the page does not know it. */
  chosen?: readonly string[];
};

/**
 * What a picker offers: all there is, as it came with the page; or where that is more than a page brings, what the words
 * find on the server. `search` is for a `Combobox`, and empty where nothing needs to be searched for. `labelOf` gives
 * null for what is gone.
 */
export function useNames({ kind, held, chosen = [] }: Given) {
  const trpc = useTRPC();
  const [words, setWords] = useState("");
  const more = (held?.length ?? 0) >= namesHeld;
  const asked = useSettled(words.trim(), 200);
  const found = useQuery({
    ...trpc.segments.names.queryOptions({ kind, words: asked }),
    enabled: more && asked !== "",
    placeholderData: keepPreviousData,
  });
  const unknown = kind === "tag" ? [] : chosen.filter((id) => id !== "" && !findIn(held, id));
  const called = useQuery({
    ...trpc.segments.names.queryOptions({ kind, ids: unknown }),
    enabled: more && unknown.length > 0,
    placeholderData: keepPreviousData,
  });
  const searching = more && words.trim() !== "";
  const options = searching ? (found.data ?? []).map((name) => asOption(kind, name)) : (held ?? []);
  const problem = asProblem(found.error)?.message;
  const empty =
    problem ?? (found.isFetching || asked !== words.trim() ? "Looking…" : "Nothing has this name.");
  function labelOf(id: string): string | null {
    const known = findIn(held, id) ?? findIn(options, id);
    if (known) return known.label;
    const name = called.data?.find((each) => each.id === id)?.name;
    if (name !== undefined) return name;
    if (kind === "tag") return id;
    return held === undefined || called.isFetching || called.error ? "…" : null;
  }
  return {
    options,
    more,
    search: more
      ? {
          onSearch: setWords,
          empty,
          ...(!searching && { foot: `The first ${namesHeld}. There are more: search by name.` }),
        }
      : {},
    labelOf,
  };
}

const findIn = (options: readonly Option[] | undefined, id: string) =>
  options?.find(({ value }) => value === id);

/** A tag is chosen by its name, all else by its id. */
const asOption = (
  kind: NameKind,
  { id, name, hint }: { id: string; name: string; hint: string | null },
): Option => ({ value: kind === "tag" ? name : id, label: name, ...(hint && { hint }) });
