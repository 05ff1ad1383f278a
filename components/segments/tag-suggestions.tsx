"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc/client";
import { useSettled } from "#components/ui/use-settled";
import { namesHeld } from "#server/segments/schema";

type Props = {
  /** What the input names as its `list`. */
  id: string;
  /** What is in the input: where there are more tags than a page brings, those with this in their name are found. */
  typed: string;
  except?: readonly string[];
  enabled?: boolean;
};

/** The tags of the workspace, offered while one types. */
export function TagSuggestions({ id, typed, except = [], enabled = true }: Props) {
  const trpc = useTRPC();
  const held = useQuery({ ...trpc.tags.list.queryOptions(), enabled });
  const words = useSettled(typed.trim(), 200);
  const more = (held.data?.length ?? 0) >= namesHeld;
  const found = useQuery({
    ...trpc.segments.names.queryOptions({ kind: "tag", words }),
    enabled: enabled && more && words !== "",
  });
  const names = (found.data ?? held.data ?? [])
    .map(({ name }) => name)
    .filter((name) => !except.includes(name));
  return (
    <datalist id={id}>
      {names.map((name) => (
        <option key={name} value={name} />
      ))}
    </datalist>
  );
}
