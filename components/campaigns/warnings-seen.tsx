"use client";
import { useQueryClient } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useState, type ReactNode } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Checkbox } from "#components/ui/checkbox";
import { problemKey } from "#server/campaigns/schema";
import type { Review } from "./launch-review.tsx";

type Seen = {
  /** Somebody has looked at all of them, or there are none. */
  ready: boolean;
  /** As the server takes them. */
  acknowledged: string[];
  /** The warnings and the tick below them; null without any. */
  list: ReactNode;
  /** Fetches what the server knows of by now, where that is why it refused. */
  onRefused: (error: unknown) => Promise<void>;
};

/** What is worth a look before a launch. One that appears after the tick takes the tick away. */
export function useWarningsSeen({ problems }: Pick<Review, "problems">): Seen {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const warnings = problems.filter(({ severity }) => severity === "warning");
  const acknowledged = [...new Set(warnings.map(problemKey))];
  const shown = acknowledged.join(" ");
  const [seen, setSeen] = useState("");
  return {
    ready: seen === shown,
    acknowledged,
    list: warnings.length > 0 && (
      <div className="space-y-3">
        <ul aria-label="Worth a look" className="max-h-48 space-y-2 overflow-y-auto">
          {warnings.map((warning) => (
            <li key={problemKey(warning) + warning.message} className="flex gap-2 text-ink">
              <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warning" />
              <span className="min-w-0">{warning.message}</span>
            </li>
          ))}
        </ul>
        <Checkbox
          label={warnings.length === 1 ? "I have looked at this" : "I have looked at these"}
          className="text-ink"
          checked={seen === shown}
          onChange={({ target }) => setSeen(target.checked ? shown : "")}
        />
      </div>
    ),
    onRefused: async (error) => {
      if (asProblem(error)?.fields.acknowledged)
        await queries.invalidateQueries({ queryKey: trpc.campaigns.review.pathKey() });
    },
  };
}
