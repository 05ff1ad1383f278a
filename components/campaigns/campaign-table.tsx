import { Megaphone, SearchX } from "lucide-react";
import { DateTime } from "#components/ui/date-time";
import { EmptyState } from "#components/ui/empty-state";
import { LinkButton } from "#components/ui/link-button";
import { NextPage } from "#components/ui/next-page";
import { StatusBadge } from "#components/ui/status-badge";
import { Table, type Column } from "#components/ui/table";
import { isLaunched, keptDays, type CampaignListInput } from "#server/campaigns/schema";
import type { RouterOutputs } from "#server/router";
import { CampaignMenu } from "./campaign-menu.tsx";
import { UndeleteCampaign } from "./undelete-campaign.tsx";
import { percent } from "./percent.tsx";

type Page = RouterOutputs["campaigns"]["list"];
type Row = Page["rows"][number];
type Props = {
  workspace: string;
  view: CampaignListInput;
  page: Page;
  permissions: string[];
  timeZone: string;
};

const kinds = {
  broadcast: "Broadcast",
  drip: "Drip",
  triggered: "Triggered",
  ab_test: "A/B test",
} as const;

export function CampaignTable({ workspace, view, page, permissions, timeZone }: Props) {
  const canWrite = permissions.includes("campaigns:write");
  const columns: Column<Row>[] = [
    {
      key: "name",
      header: "Name",
      cell: (row) => row.name,
      // On a phone it ends before the menu in the corner.
      className: "max-w-80 truncate max-sm:block max-sm:max-w-none max-sm:pr-10",
    },
    {
      key: "status",
      header: "Status",
      cell: (row) => (
        <span className="inline-flex flex-wrap items-center gap-x-2 max-sm:flex-col max-sm:items-end">
          <StatusBadge status={row.keptUntil ? "deleted" : row.archived ? "archived" : row.status} />
          {row.keptUntil && (
            <span className="text-xs text-muted">
              kept until <DateTime at={row.keptUntil} show="date" timeZone={timeZone} />
              {row.leaving && ", people are still leaving"}
            </span>
          )}
          {row.repeats && (
            <span className="text-xs text-muted">
              repeats, next <DateTime at={row.startsAt} show="date" timeZone={row.timezone} />
            </span>
          )}
          {row.origin && (
            <span className="max-w-48 truncate text-xs text-muted">
              {row.origin.number} of {row.origin.name}
            </span>
          )}
        </span>
      ),
    },
    {
      key: "type",
      header: "Kind",
      cell: (row) => kinds[row.type],
      wideOnly: true,
    },
    { key: "sent", header: "Sent", align: "right", cell: ({ numbers }) => numbers.sent.toLocaleString("en") },
    {
      key: "opened",
      header: "Opened",
      align: "right",
      cell: ({ numbers }) => percent(numbers.opened, numbers.delivered),
    },
    {
      key: "clicked",
      header: "Clicked",
      align: "right",
      cell: ({ numbers }) => percent(numbers.clicked, numbers.delivered),
    },
    {
      key: "created",
      header: "Created",
      align: "right",
      wideOnly: true,
      cell: (row) => <DateTime at={row.createdAt} show="date" timeZone={timeZone} className="text-muted" />,
    },
  ];
  if (canWrite) {
    columns.push({
      key: "menu",
      header: "Actions",
      bare: true,
      // A button with words has a line of its own there.
      className: view.status === "deleted" ? "max-sm:static max-sm:justify-end max-sm:pt-2" : undefined,
      cell: (row) =>
        row.keptUntil ? (
          <UndeleteCampaign campaign={row} />
        ) : (
          <CampaignMenu
            workspace={workspace}
            campaign={row}
            canLaunch={permissions.includes("campaigns:launch")}
          />
        ),
    });
  }
  const href = (row: Row) => `/${workspace}/campaigns/${row.id}${isLaunched(row.status) ? "" : "/edit"}`;
  const filtered = view.q !== undefined || view.status !== undefined;
  return (
    <>
      <Table
        label="Campaigns"
        columns={columns}
        rows={page.rows}
        rowKey={(row) => row.id}
        // What is deleted cannot be opened.
        {...(view.status !== "deleted" && { href })}
        empty={
          filtered ? (
            <NothingFound workspace={workspace} deleted={view.status === "deleted"} />
          ) : (
            <NoneYet workspace={workspace} canWrite={canWrite} />
          )
        }
      />
      <NextPage
        first={view.after ? { query: { ...view, after: undefined } } : null}
        next={page.next ? { query: { ...view, after: page.next } } : null}
      />
    </>
  );
}

function NoneYet({ workspace, canWrite }: { workspace: string; canWrite: boolean }) {
  return (
    <EmptyState
      icon={Megaphone}
      title="No campaigns yet"
      action={
        canWrite && (
          <LinkButton variant="primary" href={`/${workspace}/campaigns/new`}>
            Create the first one
          </LinkButton>
        )
      }
    >
      A campaign is one email to many people, or a series of emails that reacts to what each of them does.
    </EmptyState>
  );
}

function NothingFound({ workspace, deleted }: { workspace: string; deleted: boolean }) {
  return (
    <EmptyState
      icon={SearchX}
      title="Nothing found"
      action={<LinkButton href={`/${workspace}/campaigns`}>Show all campaigns</LinkButton>}
    >
      {deleted
        ? `What is deleted is kept for ${keptDays} days, and can be brought back here.`
        : "No campaign has this name and status."}
    </EmptyState>
  );
}
