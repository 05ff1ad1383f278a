import { CopyButton } from "#components/ui/copy-button";
import { Section } from "#components/ui/section";
import { type DomainRecord, recordNames, RecordState } from "./domain-state.tsx";

/** One record: how it was found, and what to enter where the domain is administered. */
export function RecordCard({ record }: { record: DomainRecord }) {
  const { title, short, purpose } = recordNames[record.kind];
  // What is found is kept as it is written there: a policy of one's own is not to give way to the mildest one.
  const settled = record.state === "found";
  const others = settled ? record.found : record.found.filter((text) => text !== record.value);
  return (
    <Section title={title} description={purpose} action={<RecordState state={record.state} />}>
      {record.note && <p className={settled ? "text-muted" : "font-medium"}>{record.note}</p>}
      <dl className="mt-3 grid grid-cols-[3.75rem_minmax(0,1fr)] items-start gap-x-4 gap-y-1.5 first:mt-0">
        <dt className="py-1.5 text-muted">Type</dt>
        <dd className="py-1.5">TXT</dd>
        <Row label="Name" text={record.name} copy={`Copy the name of the ${short} record`} />
        {others.map((text) => (
          <Row
            key={text}
            label={settled ? "Value" : "Found"}
            text={text}
            copy={settled ? `Copy the value of the ${short} record` : undefined}
          />
        ))}
        {!settled && (
          <Row label="Set it to" text={record.value} copy={`Copy the value of the ${short} record`} />
        )}
      </dl>
    </Section>
  );
}

function Row({ label, text, copy }: { label: string; text: string; copy: string | undefined }) {
  return (
    <>
      <dt className="py-1.5 text-muted">{label}</dt>
      <dd className="flex min-w-0 items-start gap-1 rounded-md border bg-sunken">
        <code className="min-w-0 flex-1 px-2.5 py-1.5 font-mono text-xs leading-5 break-all">{text}</code>
        {copy && <CopyButton text={text} label={copy} />}
      </dd>
    </>
  );
}
