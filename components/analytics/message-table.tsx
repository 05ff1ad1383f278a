import { DateTime } from "#components/ui/date-time";
import { LinkButton } from "#components/ui/link-button";
import type { Column } from "#components/ui/table";
import type { MessagesInput } from "#server/analytics/schema";
import type { RouterOutputs } from "#server/router";
import { MailCell, MailTable } from "./mail-table.tsx";
import { measureWords } from "./measure-words.tsx";

type Page = RouterOutputs["analytics"]["messages"];
type Row = Page["rows"][number];
type Props = { workspace: string; campaignId: string; view: MessagesInput; page: Page; timeZone: string };

/** The messages of a campaign that one of its numbers counts. */
export function MessageTable({ workspace, campaignId, view, page, timeZone }: Props) {
  const { is, stepId, variantId, goalId, after } = view;
  return (
    <MailTable
      workspace={workspace}
      rows={page.rows}
      query={{
        is,
        ...(stepId && { stepId }),
        ...(variantId && { variantId }),
        ...(goalId && { goalId }),
      }}
      after={after}
      next={page.next}
      columns={columnsFor(view, timeZone)}
      why={["failed", "bounced", "unknown", "queued", "withGaps"].includes(is)}
      campaignOf={() => campaignId}
      empty={measureWords[is].empty}
      back={<LinkButton href={`/${workspace}/campaigns/${campaignId}`}>Back to the campaign</LinkButton>}
    />
  );
}

function columnsFor({ is }: MessagesInput, timeZone: string): Column<Row>[] {
  const { at } = measureWords[is];
  const time = (key: "sentAt" | "openedAt" | "clickedAt" | "at", header: string): Column<Row> => ({
    key,
    header,
    cell: (row) => <DateTime at={row[key]} timeZone={timeZone} />,
  });
  return [
    {
      key: "email",
      header: "Email",
      cell: ({ variant, ...row }) => <MailCell {...row}>{variant}</MailCell>,
    },
    time("sentAt", "Sent"),
    ...(at === null
      ? [
          { ...time("openedAt", "Opened"), wideOnly: true },
          { ...time("clickedAt", "Clicked"), wideOnly: true },
        ]
      : [time("at", at)]),
  ];
}
