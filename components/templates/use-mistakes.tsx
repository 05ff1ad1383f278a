"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPCClient } from "#components/trpc/client";
import { useSettled } from "#components/ui/use-settled";
import type { TemplateProblems } from "#server/templates/schema";

type Content = { subject: string; previewText: string; html: string; text: string | null };

/** What is wrong with a mail, by part, a moment after the last keystroke. */
export function useMistakes({ subject, previewText, html, text }: Content): TemplateProblems {
  const client = useTRPCClient();
  const content = useSettled(JSON.stringify({ subject, previewText, html, text }), 350);
  const query = useQuery({
    queryKey: ["mistakes", content],
    queryFn: () => client.templates.check.mutate(JSON.parse(content) as Content),
    placeholderData: (before) => before,
    gcTime: 0,
    retry: false,
  });
  return query.data ?? {};
}
