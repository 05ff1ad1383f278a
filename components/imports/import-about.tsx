import Link from "next/link";
import { DateTime } from "#components/ui/date-time";
import { DefinitionList } from "#components/ui/definition-list";
import { Section } from "#components/ui/section";
import { consentBasisLabels } from "#server/imports/schema";
import { strategyLabels } from "./duplicates-fields.tsx";
import type { Detail } from "./import-view.tsx";

type Props = { workspace: string; job: Detail; timeZone: string };

/** Who, when, from what and how. */
export function ImportAbout({ workspace, job, timeZone }: Props) {
  const { options } = job;
  const items = [
    { term: "Started", value: <DateTime at={job.startedAt} timeZone={timeZone} empty="Not yet" /> },
    { term: "Ended", value: <DateTime at={job.completedAt} timeZone={timeZone} empty="Not yet" /> },
    { term: "By", value: job.createdBy ?? "–" },
    { term: "File", value: job.fileSize > 0 ? `${job.fileName}, ${sizeOf(job.fileSize)}` : job.fileName },
    ...(job.fetch
      ? [{ term: "From", value: <span className="wrap-anywhere">{job.fetch.address}</span> }]
      : []),
    ...(options ? [{ term: "Known people", value: strategyLabels[options.duplicates].label }] : []),
    ...(options && options.tags.length > 0 ? [{ term: "Tags", value: options.tags.join(", ") }] : []),
    ...(options?.consent
      ? [
          {
            term: "Consent",
            value: `${consentBasisLabels[options.consent.basis]}: ${options.consent.source}`,
          },
        ]
      : []),
    ...(job.list
      ? [
          {
            term: "List",
            value: (
              <Link href={`/${workspace}/lists/${job.list.id}`} className="text-accent hover:underline">
                {job.list.name}
              </Link>
            ),
          },
        ]
      : []),
    ...(job.canUndo
      ? [{ term: "Undo until", value: <DateTime at={job.undoDeadline} timeZone={timeZone} /> }]
      : []),
  ];
  return (
    <Section title="About this import">
      <DefinitionList items={items} />
    </Section>
  );
}

const sizeOf = (bytes: number): string =>
  bytes < 1e6
    ? `${Math.max(1, Math.round(bytes / 1000)).toLocaleString("en")} kB`
    : `${(bytes / 1e6).toLocaleString("en", { maximumFractionDigits: 1 })} MB`;
