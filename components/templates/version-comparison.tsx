"use client";
import dynamic from "next/dynamic";
import { useMemo } from "react";
import { Skeleton } from "#components/ui/skeleton";
import type { RouterOutputs } from "#server/router";

type Version = Pick<RouterOutputs["templates"]["version"], "subject" | "previewText" | "html" | "text">;
/** What the two sides are called: `version 3`. */
type Names = { before: string; after: string };
type Props = { before: Version; after: Version; names: Names };

const Diff = dynamic(() => import("./version-diff.tsx").then((loaded) => loaded.VersionDiff), {
  ssr: false,
  loading: () => <Skeleton className="h-80 w-full" />,
});

/** What two versions say, part by part; parts that are the same are not shown. */
export function VersionComparison({ before, after, names }: Props) {
  const lines = [
    ["Subject", before.subject, after.subject],
    ["Preview text", before.previewText ?? "", after.previewText ?? ""],
  ] as const;
  const changed = lines.filter(([, old, next]) => old !== next);
  const texts = before.text !== after.text;
  if (changed.length === 0 && before.html === after.html && !texts)
    return <p className="text-muted">Both say the same.</p>;
  return (
    <div className="space-y-4">
      {changed.map(([label, old, next]) => (
        <div key={label}>
          <h3 className="mb-1 text-xs font-medium text-muted">{label}</h3>
          <div className="grid gap-px overflow-hidden rounded-md border sm:grid-cols-2">
            <p className="bg-danger-soft px-3 py-2 break-words">{old || <i>Empty</i>}</p>
            <p className="bg-success-soft px-3 py-2 break-words">{next || <i>Empty</i>}</p>
          </div>
        </div>
      ))}
      {before.html !== after.html && (
        <Sides label="Body" before={before} after={after} names={names} part="html" />
      )}
      {texts && <Sides label="Text part" before={before} after={after} names={names} part="text" />}
    </div>
  );
}

type SidesProps = Props & { label: string; part: "html" | "text" };

function Sides({ label, part, before, after, names }: SidesProps) {
  const [left, right] = useMemo(
    () => [
      { label: `${label} of ${names.before}`, text: before[part] ?? "" },
      { label: `${label} of ${names.after}`, text: after[part] ?? "" },
    ],
    [label, part, before, after, names],
  );
  return (
    <div>
      <h3 className="mb-1 text-xs font-medium text-muted">
        {label}: {names.before} on the left, {names.after} on the right
      </h3>
      <Diff before={left} after={right} />
    </div>
  );
}
