import { Badge } from "#components/ui/badge";
import { Table, type Column } from "#components/ui/table";
import type { Test } from "./test-list.tsx";
import { share } from "./test-words.tsx";

type Result = Test["now"][number];

const count = (value: number) => value.toLocaleString("en");
const rate = (value: number, of: number) => (of === 0 ? "–" : share(value / of));

/** The variants beside each other. Rates are of the delivered; confidence and lift are against variant A. */
export function VariantTable({ test, results }: { test: Test; results: Result[] }) {
  const tally = (value: number, { delivered }: Result) => (
    <span>
      {count(value)} <span className="text-muted">{rate(value, delivered)}</span>
    </span>
  );
  const goals: Column<Result> = {
    key: "converted",
    header: "Goals",
    align: "right",
    cell: (row) => tally(row.converted, row),
  };
  const columns: Column<Result>[] = [
    {
      key: "variant",
      header: "Variant",
      cell: (row) => (
        <span className="flex items-center gap-2">
          {row.name}
          {row.name === test.winner && (
            <Badge tone="success">{test.outcome === "stopped" ? "Kept" : "Winner"}</Badge>
          )}
          {row.harmful && <Badge tone="danger">More unsubscribe</Badge>}
          <span className="max-w-56 truncate font-normal text-muted">{said(test, row)}</span>
        </span>
      ),
    },
    { key: "sent", header: "Sent", align: "right", cell: (row) => count(row.sent) },
    { key: "delivered", header: "Delivered", align: "right", cell: (row) => count(row.delivered) },
    { key: "opened", header: "Opened", align: "right", cell: (row) => tally(row.opened, row) },
    { key: "clicked", header: "Clicked", align: "right", cell: (row) => tally(row.clicked, row) },
    { key: "replied", header: "Replied", align: "right", cell: (row) => tally(row.replied, row) },
    ...(test.metric === "conversion_rate" ? [goals] : []),
    {
      key: "unsubscribed",
      header: "Unsubscribed",
      align: "right",
      cell: (row) => count(row.unsubscribed + row.complained),
    },
    { key: "lift", header: "Lift", align: "right", cell: liftWords },
    { key: "confidence", header: "Confidence", align: "right", cell: confidenceWords },
  ];
  return (
    <Table
      label="Variants"
      columns={columns}
      rows={results}
      rowKey={(row) => row.id}
      className="rounded-none border-0 shadow-none"
    />
  );
}

function liftWords({ isControl, lift }: Result) {
  if (isControl) return <span className="text-muted">Compared with</span>;
  if (!lift) return <span className="text-faint">–</span>;
  const signed = (value: number) => `${value > 0 ? "+" : ""}${(100 * value).toFixed(0)}`;
  return (
    <span title="Holds with 95 % probability" className="whitespace-nowrap">
      {signed(lift.value)} %{" "}
      <span className="text-muted">
        ({signed(lift.low)} to {signed(lift.high)})
      </span>
    </span>
  );
}

function confidenceWords({ isControl, confidence }: Result) {
  if (isControl) return <span className="text-faint">–</span>;
  if (confidence === null) return <span className="text-muted">Too few</span>;
  return share(Math.min(confidence, 0.999));
}

/** What tells the variant from the others, where it is short. */
function said(test: Test, { id, isControl }: Result): string {
  const changes = test.changes[id];
  if (isControl || !changes) return isControl ? "as written" : "";
  return (
    changes.subjectLine ?? changes.sendTime ?? changes.sender?.fromName ?? changes.sender?.fromEmail ?? ""
  );
}
