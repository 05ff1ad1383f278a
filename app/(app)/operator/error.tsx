"use client";
import { EngineSilent } from "#components/runs/engine-silent";

export default function OperatorError({ reset }: { error: Error; reset: () => void }) {
  return <EngineSilent onRetry={reset} />;
}
