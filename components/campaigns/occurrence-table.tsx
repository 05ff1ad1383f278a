import { Repeat2 } from "lucide-react";
import { DateTime } from "#components/ui/date-time";
import { EmptyState } from "#components/ui/empty-state";
import { NextPage } from "#components/ui/next-page";
import { Section } from "#components/ui/section";
import { StatusBadge } from "#components/ui/status-badge";
import { Table, type Column } from "#components/ui/table";
import { TextLink } from "#components/ui/text-link";
import { repeatWords } from "#server/occurrences/schema";
import type { RouterOutputs } from "#server/router";
import { CampaignHistory } from "./campaign-history.tsx";
import { SendOneNow } from "./send-one-now.tsx";
import type { Campaign } from "./use-campaign-edits.tsx";

type Page = RouterOutputs["occurrences"]["list"];
type Row = Page["rows"][number];
type Props = { workspace: string; campaign: Campaign; page: Page; paged: boolean; canLaunch: boolean };

/** What has become of each time of a campaign that repeats, and which times come next. */
export function OccurrenceTable({ workspace, campaign, page, paged, canLaunch }: Props) {
  const { timezone } = campaign.settings;
  const { series } = campaign;
  const columns: Column<Row>[] = [
    {
      key: "due",
      header: "Time",
      cell: ({ number, dueAt }) => (
        <span>
          <span className="mr-2 text-muted tabular-nums">{number}</span>
          <DateTime at={dueAt} timeZone={timezone} />
        </span>
      ),
    },
    {
      key: "outcome",
      header: "What came of it",
      cell: ({ outcome, child, reason }) =>
        child ? (
          <span>
            <TextLink href={`/${workspace}/campaigns/${child.id}`}>{child.name}</TextLink>
            {reason && <span className="block text-xs text-muted">{reason}</span>}
          </span>
        ) : outcome === "launched" ? (
          <span className="text-muted">Launched; deleted since</span>
        ) : (
          <span className="text-muted">{reason}</span>
        ),
    },
    {
      key: "status",
      header: "Status",
      cell: ({ outcome, child }) => (
        <StatusBadge status={child ? (child.archived ? "archived" : child.status) : outcomeStatus[outcome]} />
      ),
    },
  ];
  return (
    <>
      <Section
        title={series ? repeatWords(series.repeat) : "Repeats"}
        action={canLaunch && series?.active && <SendOneNow workspace={workspace} campaign={campaign} />}
      >
        {page.coming.length > 0 ? (
          <ol aria-label="Next times" className="space-y-1">
            {page.coming.map(({ number, at }) => (
              <li key={number}>
                <span className="mr-2 text-muted tabular-nums">{number}</span>
                <DateTime at={at} timeZone={timezone} />
              </li>
            ))}
          </ol>
        ) : (
          <p className="text-muted">
            {paged && series?.active
              ? "The next times stand on the first page."
              : series || campaign.occurrences > 0
                ? "It repeats no more. What was launched goes on by itself."
                : "It does not repeat. Choose how often it is to be launched where you schedule it, under Review."}
          </p>
        )}
        <p className="mt-3 text-xs text-muted">On the clock of {timezone}.</p>
      </Section>
      <Table
        label="Repeats so far"
        columns={columns}
        rows={page.rows}
        rowKey={({ number }) => String(number)}
        empty={
          <EmptyState icon={Repeat2} title="Nothing has been launched yet">
            At each of its times the campaign is launched as one of its own, which is then listed here with
            its numbers behind it.
          </EmptyState>
        }
      />
      <NextPage
        first={paged ? { query: {} } : null}
        next={page.next ? { query: { before: page.next } } : null}
      />
      <CampaignHistory campaignId={campaign.id} timeZone={timezone} />
    </>
  );
}

const outcomeStatus = { launched: "deleted", refused: "failed", missed: "missed" } as const;
