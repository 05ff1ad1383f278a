import { Section } from "#components/ui/section";
import { StatusBadge } from "#components/ui/status-badge";
import { Table, type Column } from "#components/ui/table";
import type { PeriodMeasure } from "#server/analytics/schema";
import type { RouterOutputs } from "#server/router";
import { percent } from "../campaigns/percent.tsx";
import { happeningsHref } from "./happenings-href.tsx";
import { NumberLink } from "./number-link.tsx";

type Overview = RouterOutputs["analytics"]["overview"];
type Campaign = Overview["campaigns"][number];
type Mailbox = Overview["mailboxes"][number];
type Where = { workspace: string; period: { from: string; to: string } };

/** The campaigns of a period, the most sent first. */
export function CampaignTotals({ workspace, period, campaigns }: Where & { campaigns: Campaign[] }) {
  return (
    <Section title="Campaigns" flush description="The 50 that sent the most in this time.">
      <Table
        label="Campaigns"
        className="rounded-none border-0 shadow-none"
        rows={campaigns}
        rowKey={({ id }) => id}
        href={({ id }) => `/${workspace}/campaigns/${id}`}
        columns={[
          {
            key: "name",
            header: "Campaign",
            cell: ({ name }) => <span className="block max-w-72 truncate">{name}</span>,
          },
          {
            key: "status",
            header: "Status",
            wideOnly: true,
            cell: ({ status }) => <StatusBadge status={status} />,
          },
          ...measured<Campaign>(
            ["opened", "clicked", "replied", "converted", "bounced", "unsubscribed"],
            (is, { id }) => happeningsHref(workspace, is, { ...period, campaign: id }),
          ),
        ]}
        empty={
          <p className="px-5 py-8 text-center text-muted">No campaign has done anything in this time.</p>
        }
      />
    </Section>
  );
}

/** How the mail of each mailbox fared: what comes back or is complained about harms its standing. */
export function MailboxTotals({ workspace, period, mailboxes }: Where & { mailboxes: Mailbox[] }) {
  return (
    <Section title="Mailboxes" flush>
      <Table
        label="Mailboxes"
        className="rounded-none border-0 shadow-none"
        rows={mailboxes}
        rowKey={({ id }) => id}
        columns={[
          {
            key: "email",
            header: "Mailbox",
            cell: ({ email }) => <span className="block max-w-72 truncate">{email}</span>,
          },
          ...measured<Mailbox>(["delivered", "opened", "replied", "bounced", "complained"], (is, { id }) =>
            happeningsHref(workspace, is, { ...period, mailbox: id }),
          ),
        ]}
        empty={<p className="px-5 py-8 text-center text-muted">No mailbox has sent anything in this time.</p>}
      />
    </Section>
  );
}

type Rate = Exclude<PeriodMeasure, "sent" | "machineOpened">;
const labels: Record<Rate, string> = {
  delivered: "Delivered",
  opened: "Opened",
  clicked: "Clicked",
  replied: "Replied",
  converted: "Goals",
  bounced: "Bounced",
  unsubscribed: "Unsubscribed",
  complained: "Complaints",
};

/** Sent as a count, the rest as the share that it is; each leads to what it counts. */
function measured<Row extends Campaign | Mailbox>(
  rates: Rate[],
  href: (is: PeriodMeasure, row: Row) => string,
): Column<Row>[] {
  const named = (row: Row) => ("email" in row ? row.email : row.name);
  return [
    {
      key: "sent",
      header: "Sent",
      align: "right",
      cell: (row) => (
        <NumberLink
          className="relative z-10"
          value={row.sent}
          href={href("sent", row)}
          label={`sent, ${named(row)}`}
        />
      ),
    },
    ...rates.map((rate): Column<Row> => ({
      key: rate,
      header: labels[rate],
      align: "right",
      cell: (row) => {
        const whole = rate === "bounced" || rate === "delivered" ? row.sent : row.delivered;
        return (
          <span title={row[rate].toLocaleString("en")}>
            {row[rate] === 0 ? (
              "–"
            ) : (
              <NumberLink
                className="relative z-10"
                value={row[rate]}
                shown={percent(row[rate], whole)}
                href={href(rate, row)}
                label={`${labels[rate].toLowerCase()}, ${named(row)}`}
              />
            )}
          </span>
        );
      },
    })),
  ];
}
