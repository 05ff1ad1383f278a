import { DateTime } from "#components/ui/date-time";
import { LinkButton } from "#components/ui/link-button";
import type { Column } from "#components/ui/table";
import type { HappeningsInput } from "#server/analytics/schema";
import type { RouterOutputs } from "#server/router";
import { MailCell, MailTable } from "./mail-table.tsx";
import { measureWords } from "./measure-words.tsx";

type Page = RouterOutputs["analytics"]["happenings"];
type Row = Page["rows"][number];
type Props = { workspace: string; view: HappeningsInput; page: Page; timeZone: string };

/** The messages of all campaigns that a number of a period counts. */
export function HappeningTable({ workspace, view, page, timeZone }: Props) {
  const { after, ...rest } = view;
  const query = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const period = { from: page.from, to: page.to };
  return (
    <MailTable
      workspace={workspace}
      rows={page.rows}
      query={query}
      after={after}
      next={page.next}
      columns={columnsFor(view, timeZone)}
      why={view.is === "bounced"}
      campaignOf={(row) => row.campaignId}
      empty="Nothing of this kind in this time"
      back={
        <LinkButton href={{ pathname: `/${workspace}/analytics`, query: period }}>
          Back to the numbers
        </LinkButton>
      }
    />
  );
}

const columnsFor = ({ is }: HappeningsInput, timeZone: string): Column<Row>[] => [
  {
    key: "email",
    header: "Email",
    cell: ({ campaignName, ...row }) => <MailCell {...row}>{campaignName}</MailCell>,
  },
  {
    key: "mailbox",
    header: "Mailbox",
    wideOnly: true,
    cell: (row) => <span className="block max-w-56 truncate text-muted">{row.mailbox ?? "–"}</span>,
  },
  {
    key: "at",
    header: is === "machineOpened" ? "Fetched" : (measureWords[is].at ?? "Sent"),
    cell: (row) => <DateTime at={row.at} timeZone={timeZone} />,
  },
];
