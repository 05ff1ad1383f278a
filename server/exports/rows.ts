import { sql } from "drizzle-orm";
import { copyFrom } from "#db/copy";
import type { Scope, TenantTx } from "#db/tenancy";
import { columnsFor } from "./columns.ts";
import type { Column } from "./columns.ts";
import type { ExportFormat } from "./schema.ts";

/** The values of a contact in the order of the columns; "" where there is none. */
export type Row = string[];

/**
 * The chosen contacts by address, some thousand at a time, from the snapshot of the transaction. `chosen` says
 * that a temporary table `exported` holds their ids; else it is everybody.
 */
export async function readContacts(
  tx: TenantTx,
  what: { fields: string[]; format: ExportFormat; scope: Scope; chosen: boolean },
): Promise<{ columns: Column[]; batches: AsyncGenerator<Row[]> }> {
  const among = what.chosen ? sql`select id from exported` : null;
  const { columns, joins } = await columnsFor(tx, { ...what, among });
  const { tenantId, workspaceId } = what.scope;
  const whom = what.chosen ? sql`exported x join contacts c on c.id = x.id` : sql`contacts c`;
  const own = sql`c.tenant_id = ${tenantId} and c.workspace_id = ${workspaceId}`.inlineParams();
  const values = sql.join(
    columns.map((column) => column.value),
    sql`, `,
  );
  // The times of the file are UTC; sorting and hashing a million rows wants more memory than a page does.
  await tx.execute(sql`set local timezone = 'UTC'`);
  await tx.execute(sql`set local work_mem = '64MB'`);
  const bytes = copyFrom(
    tx,
    sql`copy (select ${values} from ${whom} ${joins}
      where c.deleted_at is null and ${own} order by c.email_normalized) to stdout (null '')`,
  );
  return { columns, batches: readCopy(bytes) };
}

const lineFeed = 10;

/** Reads Postgres' text format: lines of values between tabs, with backslashes before what would be mistaken. */
export async function* readCopy(chunks: AsyncIterable<Buffer>): AsyncGenerator<Row[]> {
  let rest: Buffer[] = [];
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(lineFeed);
    if (end < 0) {
      rest.push(chunk);
      continue;
    }
    const whole = Buffer.concat([...rest, chunk.subarray(0, end)]);
    rest = end + 1 < chunk.length ? [chunk.subarray(end + 1)] : [];
    yield whole.toString("utf8").split("\n").map(readLine);
  }
}

function readLine(line: string): Row {
  const values = line.split("\t");
  return line.includes("\\") ? values.map(plain) : values;
}

const marks: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };
const plain = (value: string) =>
  value.includes("\\") ? value.replace(/\\(.)/gs, (_, mark: string) => marks[mark] ?? mark) : value;
