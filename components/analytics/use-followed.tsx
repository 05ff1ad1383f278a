"use client";
import { keepPreviousData, useQuery, useQueryClient, type QueryKey } from "@tanstack/react-query";

type Followed<T> = { version: string; value: T | null };
type Held<T> = { version: string; value: T };

type Options<T> = {
  queryKey: QueryKey;
  /** Asks for what is newer than `seen`; the answer's value is null when nothing is. */
  ask: (seen: string | undefined) => Promise<Followed<T>>;
  initial?: Followed<T>;
  /** Milliseconds until it asks again. Pages in the background don't ask. */
  everyMs: (value: T | undefined) => number;
};

/** Follows something that changes on the server: what has not changed is not sent again. */
export function useFollowed<T>({ queryKey, ask, initial, everyMs }: Options<T>) {
  const queries = useQueryClient();
  const query = useQuery<Held<T>>({
    queryKey,
    queryFn: async () => {
      const held = queries.getQueryData<Held<T>>(queryKey);
      const { version, value } = await ask(held?.version);
      const current = value ?? held?.value;
      if (current === undefined) throw new Error("The server says that nothing has changed since nothing.");
      return { version, value: current };
    },
    initialData:
      initial && initial.value !== null ? { version: initial.version, value: initial.value } : undefined,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => everyMs(state.data?.value),
  });
  return { value: query.data?.value, error: query.error };
}
