"use client";
import Link from "next/link";
import { useParams } from "next/navigation";
import { Callout } from "#components/ui/callout";
import type { EmptyMergeReport } from "#server/templates/schema";

type Props = { report: EmptyMergeReport };

const people = (count: number) => (count === 1 ? "1 contact" : `${count.toLocaleString("en")} contacts`);

/** What of a mail would be empty, for how many, and for whom first. */
export function EmptyMerges({ report: { looked, capped, people: affected, fields } }: Props) {
  const { workspace } = useParams<{ workspace: string }>();
  const whom = capped ? `the first ${looked.toLocaleString("en")} contacts` : people(looked);
  if (looked === 0)
    return <Callout kind="info">Nobody would be written to: there is no mailable contact here.</Callout>;
  if (affected === 0) return <Callout kind="success">Nothing is empty for any of {whom}.</Callout>;
  return (
    <div className="overflow-hidden rounded-md border">
      <p className="border-b bg-sunken px-3 py-2 font-medium">
        {affected.toLocaleString("en")} of {whom} {affected === 1 ? "lacks" : "lack"} something
      </p>
      <ul className="divide-y">
        {fields.map(({ path, label, required, count, examples }) => (
          <li key={path} className="px-3 py-2">
            <p className="flex flex-wrap items-baseline justify-between gap-x-3">
              <span className="font-medium">{label}</span>
              <span className={required ? "text-danger" : "text-warning"}>
                {required ? `Held back from ${people(count)}` : `A gap for ${people(count)}`}
              </span>
            </p>
            <p className="mt-0.5 text-xs text-muted">
              {examples.map(({ id, email, name }, n) => (
                <span key={id}>
                  {n > 0 && ", "}
                  <Link href={`/${workspace}/contacts/${id}`} className="underline underline-offset-2">
                    {name?.trim() || email}
                  </Link>
                </span>
              ))}
              {count > examples.length
                && ` and ${people(count - examples.length).replace(" contact", " more contact")}`}
            </p>
          </li>
        ))}
      </ul>
    </div>
  );
}
