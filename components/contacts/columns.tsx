import type { ReactNode } from "react";
import { Badge } from "#components/ui/badge";
import { DateTime } from "#components/ui/date-time";
import { SortLink } from "#components/ui/sort-link";
import { StatusBadge } from "#components/ui/status-badge";
import type { Column } from "#components/ui/table";
import {
  type ContactListInput,
  type ContactSort,
  contactColumns,
  countMax,
  queryOf,
  usualOrder,
} from "#server/contacts/schema";
import { shownValue } from "#server/custom-fields/schema";
import type { RouterOutputs } from "#server/router";

export type ContactRow = RouterOutputs["contacts"]["list"]["rows"][number];
type CustomFields = RouterOutputs["customFields"]["list"];

const none = <span className="text-faint">–</span>;
const plain = (
  name: "job_title" | "phone" | "city" | "state" | "country" | "timezone" | "language" | "company",
) =>
  function PlainCell(row: ContactRow) {
    return row[name] ?? none;
  };

type Known = {
  label: string;
  sort?: ContactSort;
  cell: (row: ContactRow, timeZone: string) => ReactNode;
  /** Shown on small screens too. */
  narrow?: true;
};

const known: Record<(typeof contactColumns)[number], Known> = {
  name: { label: "Name", sort: "name", cell: (row) => row.name ?? none, narrow: true },
  company: { label: "Company", sort: "company", cell: plain("company") },
  job_title: { label: "Job title", cell: plain("job_title") },
  phone: { label: "Phone", cell: plain("phone") },
  city: { label: "City", cell: plain("city") },
  state: { label: "State or region", cell: plain("state") },
  country: { label: "Country", cell: plain("country") },
  timezone: { label: "Time zone", cell: plain("timezone") },
  language: { label: "Language", cell: plain("language") },
  tags: { label: "Tags", cell: (row) => <TagList tags={row.tags} /> },
  status: { label: "Status", cell: (row) => <StatusBadge status={row.status} />, narrow: true },
  stage: { label: "Stage", cell: (row) => words(row.stage) },
  score: { label: "Score", sort: "score", cell: (row) => <span className="tabular-nums">{row.score}</span> },
  added: {
    label: "Added",
    sort: "newest",
    cell: (row, timeZone) => <DateTime at={row.createdAt} timeZone={timeZone} show="date" />,
  },
  activity: {
    label: "Last activity",
    sort: "activity",
    cell: (row, timeZone) => <DateTime at={row.lastActivityAt} timeZone={timeZone} show="date" empty="–" />,
  },
};

/** A number of matches: they are counted up to `countMax`. */
export const counted = (count: number) =>
  count > countMax ? `${countMax.toLocaleString("en")}+` : count.toLocaleString("en");

export const words = (name: string) => (name.charAt(0).toUpperCase() + name.slice(1)).replaceAll("_", " ");

function TagList({ tags }: { tags: string[] }) {
  return (
    <span className="flex flex-wrap gap-1">
      {tags.slice(0, 3).map((tag) => (
        <Badge key={tag}>{tag}</Badge>
      ))}
      {tags.length > 3 && <span className="text-xs text-muted">and more</span>}
    </span>
  );
}

/** Every column one can choose, in the order of the list. */
export const columnChoices = (customFields: CustomFields): { key: string; label: string }[] => [
  ...contactColumns.map((key) => ({ key, label: known[key].label })),
  ...customFields.map((field) => ({ key: `custom.${field.name}`, label: field.label })),
];

/** The columns of the contact list: the address and those that were chosen. */
export function columnsOf(
  view: ContactListInput,
  chosen: string[],
  { customFields, timeZone }: { customFields: CustomFields; timeZone: string },
): Column<ContactRow>[] {
  const columns: Column<ContactRow>[] = [
    {
      key: "email",
      header: "Email",
      head: <Sorter view={view} sort="email" label="Email" />,
      sorted: sortedBy(view, "email"),
      cell: (row) => <span className="wrap-anywhere">{row.email}</span>,
    },
  ];
  for (const { key, label } of columnChoices(customFields)) {
    if (!chosen.includes(key)) continue;
    const column = known[key as keyof typeof known] as Known | undefined;
    columns.push({
      key,
      header: label,
      ...(column?.sort && {
        head: <Sorter view={view} sort={column.sort} label={label} />,
        sorted: sortedBy(view, column.sort),
      }),
      cell: (row) =>
        column ? column.cell(row, timeZone) : shownValue(row.custom[key.slice("custom.".length)]) || none,
      wideOnly: !column?.narrow,
    });
  }
  return columns;
}

const sortedBy = (view: ContactListInput, sort: ContactSort) =>
  view.sort === sort ? (view.order ?? usualOrder[sort]) : null;

function Sorter({ view, sort, label }: { view: ContactListInput; sort: ContactSort; label: string }) {
  const { after: _, before: __, ...rest } = view;
  const now = sortedBy(view, sort);
  const order = now === null ? usualOrder[sort] : now === "asc" ? "desc" : "asc";
  return (
    <span title={sort === "name" ? "Sorts by last name" : undefined}>
      <SortLink href={{ query: queryOf({ ...rest, sort, order }) }} direction={now}>
        {label}
      </SortLink>
    </span>
  );
}
