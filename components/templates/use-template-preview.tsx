"use client";
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { asProblem, useTRPCClient } from "#components/trpc/client";
import { useSettled } from "#components/ui/use-settled";
import type { SeenAs } from "#server/mail/schema";
import type { RouterOutputs } from "#server/router";
import type { TemplateProblems } from "#server/templates/schema";
import type { Draft } from "./template-editor.tsx";

type Answer = RouterOutputs["templates"]["preview"];
export type PreviewState = {
  /** The last message that could be made; it stays while something is mistyped. */
  message: Answer["message"];
  problems: TemplateProblems;
  hints: string[];
  failure: string | null;
  /** What is wrong with the JSON that it is seen with. */
  jsonError: string | undefined;
  pending: boolean;
};

/** The mail that the draft makes, a moment after the last keystroke. */
export function useTemplatePreview({ subject, previewText, html, text }: Draft, seen: SeenAs): PreviewState {
  const client = useTRPCClient();
  const content = useSettled(JSON.stringify({ subject, previewText, html, text, ...seen }), 350);
  const query = useQuery({
    queryKey: ["template preview", content],
    queryFn: () => client.templates.preview.mutate(JSON.parse(content) as Draft & SeenAs),
    placeholderData: (before) => before,
    gcTime: 0,
    retry: false,
  });
  const latest = query.data?.message ?? null;
  const [kept, setKept] = useState<Answer["message"]>(null);
  if (latest && latest !== kept) setKept(latest);
  const problem = asProblem(query.error);
  const jsonError = problem?.fields.json;
  return {
    message: useDeferredValue(kept),
    problems: query.data?.problems ?? {},
    hints: query.data?.hints ?? [],
    failure: jsonError ? null : (problem?.message ?? null),
    jsonError,
    pending: query.isFetching,
  };
}
