"use client";
import { skipToken, useQuery, useQueryClient } from "@tanstack/react-query";

const queryKey = ["json sample"];
const first = `{
  "first_name": "Ana",
  "last_name": "Silva",
  "email": "ana@example.com",
  "company": "Acme",
  "custom": { "plan": "pro" }
}`;

/** What somebody typed to see mails with. It is kept in the page, for each of its previews, until that is left or reloaded. */
export function useJsonSample(): [string, (text: string) => void] {
  const queries = useQueryClient();
  const { data = first } = useQuery<string>({ queryKey, queryFn: skipToken, gcTime: Infinity });
  return [data, (text) => queries.setQueryData(queryKey, text)];
}
