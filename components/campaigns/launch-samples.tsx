import type { ReactNode } from "react";
import { Section } from "#components/ui/section";
import { type Column, Table } from "#components/ui/table";
import { exampleWords, reviewedWords } from "./launch-words.ts";
import type { Review } from "./launch-review.tsx";
import type { Campaign } from "./use-campaign-edits.tsx";

type Sample = NonNullable<Review["forecast"]>["samples"][number];
type Email = Sample["emails"][number];
type Props = {
  workspace: string;
  campaign: Campaign;
  forecast: Pick<NonNullable<Review["forecast"]>, "samples" | "test">;
  everybody: number;
};

/** When some of the audience would get their emails, on every clock that matters. */
export function LaunchSamples({ workspace, campaign, forecast, everybody }: Props) {
  const { samples, test } = forecast;
  const { timezone } = campaign.settings;
  const more = [exampleWords(campaign, test), reviewedWords(campaign.steps)];
  const columns: Column<Sample>[] = [
    { key: "contact", header: "Contact", cell: contact, className: "wrap-anywhere" },
    {
      key: "zone",
      header: "Time zone",
      cell: ({ zone, zoneBy }) => (
        <span>
          {zone} {zoneBy !== "contact" && <span className="text-muted">({toldBy(zoneBy)})</span>}
        </span>
      ),
    },
    { key: "own", header: "Their time", cell: (sample) => each(sample, ({ ownText }) => ownText) },
    { key: "campaign", header: timezone, cell: (sample) => each(sample, ({ text }) => text) },
    ...(timezone === "UTC"
      ? []
      : [{ key: "utc", header: "UTC", cell: (sample: Sample) => each(sample, ({ utcText }) => utcText) }]),
    { key: "from", header: "From", cell: fromWhom },
  ];
  const all = samples.length === everybody;
  return (
    <Section
      className="lg:col-span-2 lg:mt-5"
      flush
      title="Who gets it when"
      description={
        <>
          {all ? "Everybody" : `${samples.length} of them`}, with the first email and the ones after it,{" "}
          {campaign.status === "scheduled" ? "as it is scheduled" : "if launched now"}. Nobody is assumed to
          answer.
          {more.map((words) => words && ` ${words}`)}
        </>
      }
    >
      <Table
        label="When some of the audience get their emails"
        className="rounded-none border-0 shadow-none"
        columns={columns}
        rows={samples}
        rowKey={({ contactId }) => contactId}
        href={({ contactId }) => `/${workspace}/contacts/${contactId}`}
      />
    </Section>
  );
}

const contact = ({ email, snoozed }: Sample): ReactNode =>
  snoozed ? (
    <>
      {email} <span className="text-muted">(snoozed)</span>
    </>
  ) : (
    email
  );

const toldBy = (by: Sample["zoneBy"]) => (by === null ? "the campaign’s" : `from the ${by}`);

/** Named once where all of their emails come from it. */
function fromWhom(sample: Sample): ReactNode {
  const mailboxes = new Set(sample.emails.map(({ mailbox }) => mailbox));
  const [only] = mailboxes;
  if (mailboxes.size === 1 && only) return broken(only);
  return each(sample, ({ mailbox }) => mailbox ?? "–");
}

/** Before its domain, if it has to be. */
function broken(address: string): ReactNode {
  const at = address.lastIndexOf("@");
  return (
    <span className="wrap-break-word">
      {address.slice(0, at)}
      <wbr />
      {address.slice(at)}
    </span>
  );
}

/** One line for each email, the first one foremost. */
function each({ emails }: Sample, cell: (email: Email) => ReactNode): ReactNode {
  if (emails.length === 0) return <span className="text-muted">not within ten years</span>;
  return (
    <ol className="py-1 whitespace-nowrap tabular-nums max-sm:text-right">
      {emails.map((email, index) => (
        <li key={index} className={index === 0 ? undefined : "text-muted"}>
          {cell(email)}
        </li>
      ))}
    </ol>
  );
}
