import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { csvLine } from "./csv.ts";
import { type LineWarning, recordWarnings } from "./problems.ts";
import { getImport } from "./queries.ts";
import { notMailedMax } from "./schema.ts";
import { closes } from "./suppressed.ts";
import { Superseded } from "./write.ts";

/*
 * People of a file who are imported and still get no mail: they unsubscribed, bounced or complained before, or their
 * address is closed. Each has a remark on its row, so that whoever imports them can see who they are.
 */

const notMailedCode = "not_mailed";

/** `status` is that of the contact; `closed` the reason of a suppression, and `by` which key of the address it is of. */
type Found = {
  line: number;
  email: string;
  status: string | null;
  closed: string | null;
  by: "address" | "domain" | "mark";
  count: number;
};

const said: Record<string, string> = {
  unsubscribed: "unsubscribed from this workspace's mail",
  bounced: "mail to this address came back before",
  complained: "reported a mail as spam",
  archived: "is in the archive",
};

function remarkOf({ line, email, status, closed, by }: Found): LineWarning {
  const reason = (closed ?? "").replaceAll("_", " ");
  const suppressed = {
    address: `on the suppression list (${reason})`,
    domain: `the whole domain is on the suppression list (${reason})`,
    mark: "was erased, and is not to be mailed again",
  }[by];
  const why = (status === null ? undefined : said[status]) ?? suppressed;
  return { line, field: "email", value: email, code: notMailedCode, message: `Gets no mail: ${why}.` };
}

/** The people of the rows in `known` who may not be mailed: how many, and the remarks of the first of them. */
export async function foreseeUnmailable(
  tx: TenantTx,
  tenantId: string,
): Promise<{ count: number; remarks: LineWarning[] }> {
  const rows = await tx.execute<Found>(sql`
    select *, count(*) over ()::int as count from (
      select w.row_no as line, w.email,
        (select nullif(c.status, 'active') from contacts c where c.id = w.contact_id) as status, s.reason as closed, s.by
      from known w left join lateral (
        select s.reason, case when starts_with(s.email_normalized, '@') then 'domain'
          when starts_with(s.email_normalized, 'sha256:') then 'mark' else 'address' end as by
        from suppressions s where s.email_normalized = any(suppression_keys(${tenantId}::uuid, w.email_normalized)) and ${closes}
        order by by limit 1) s on true) judged
    where status is not null or closed is not null order by line limit ${notMailedMax}`);
  return { count: rows[0]?.count ?? 0, remarks: rows.map(remarkOf) };
}

/**
 * Notes on the rows of an import that has come to its end which of their people get no mail. From the other side: those
 * are few, so that not every row is looked up. That a file itself says somebody unsubscribed is no news to whoever
 * brings it. With `lines`, only of these rows. Throws Superseded when that was noted before, or the import is no longer
 * completed.
 */
export async function noteUnmailable(
  tx: TenantTx,
  importId: string,
  lines: readonly number[] | null = null,
): Promise<void> {
  if (lines === null) await mustBeUnjudged(tx, importId);
  const any = (kind: SQL) => sql`exists (select from suppressions s where ${kind} and ${closes})`;
  const [are] = await tx.execute<Record<"stopped" | Found["by"], boolean>>(sql`
    select exists (select from contacts c where c.status <> 'active' and c.deleted_at is null) as stopped,
      ${any(sql`starts_with(s.email_normalized, '@')`)} as domain, ${any(sql`starts_with(s.email_normalized, 'sha256:')`)} as mark,
      ${any(sql`not starts_with(s.email_normalized, '@') and not starts_with(s.email_normalized, 'sha256:')`)} as address`);
  const ways: SQL[] = [];
  const these = lines === null ? sql`is not null` : sql`= any(${sql.param([...lines])}::int[])`;
  const events = sql`import_events e where e.import_job_id = ${importId}::uuid and e.row_no ${these}`;
  if (are?.stopped)
    ways.push(sql`
      select e.row_no, e.contact_email, c.status, null as closed, 'address' as by from contacts c, ${events}
        and c.id = e.contact_id and c.status <> 'active' and c.deleted_at is null
        and (e.new_data ->> 'status' is null or e.new_data ->> 'status' is not distinct from e.previous_data ->> 'status')`);
  const keys: Record<Found["by"], SQL> = {
    address: sql`e.contact_email`,
    domain: sql`substr(e.contact_email, strpos(e.contact_email, '@'))`,
    mark: sql`(suppression_keys(e.tenant_id, e.contact_email))[3]`,
  };
  for (const by of ["address", "domain", "mark"] as const)
    if (are?.[by])
      ways.push(sql`
        select e.row_no, e.contact_email, null, s.reason, ${by}::text from suppressions s, ${events}
          and s.email_normalized = ${keys[by]} and ${closes}`);
  const rows = ways.length === 0 ? [] : await findUnmailable(tx, importId, ways);
  await recordWarnings(tx, importId, rows.map(remarkOf));
  const count = rows[0]?.count ?? 0;
  const noted = await tx.execute(sql`
    update import_jobs set warning_count = warning_count + ${count},
      file_format = (case when ${lines === null} then file_format - 'judging' else file_format end)
        || jsonb_build_object('notMailed', coalesce((file_format ->> 'notMailed')::int, 0) + ${count}::int)
    where id = ${importId}::uuid and (${lines !== null} or ${unjudged}) returning id`);
  if (noted.length === 0)
    throw new Superseded("Who gets no mail was noted by another run, or the import is undone.");
}

const unjudged = sql`jsonb_exists(file_format, 'judging') and status = 'completed'`;

async function mustBeUnjudged(tx: TenantTx, importId: string): Promise<void> {
  const rows = await tx.execute(sql`select from import_jobs where id = ${importId}::uuid and ${unjudged}`);
  if (rows.length === 0) throw new Superseded("Who gets no mail was noted before, or the import is undone.");
}

/** The first of them, each once, but for those who were noted when their row was corrected. */
async function findUnmailable(tx: TenantTx, importId: string, ways: readonly SQL[]): Promise<Found[]> {
  const rows = await tx.execute<Found>(sql`
    select line, email, status, closed, by, count(*) over ()::int as count from (
      select distinct on (row_no) row_no as line, contact_email as email, status, closed, by
      from (${sql.join([...ways], sql` union all `)}) found (row_no, contact_email, status, closed, by)
      where not exists (select from import_row_errors r
        where r.import_job_id = ${importId}::uuid and r.row_no = found.row_no and r.code = ${notMailedCode})
      order by row_no, status is null, by) each order by line limit ${notMailedMax}`);
  return [...rows];
}

export type UnmailableRow = { line: number; email: string; message: string };
const pageRows = 100;

/** The remarks of that kind in the order of the file, `size` behind the line `after`. */
export async function listUnmailable(
  tx: TenantTx,
  importId: string,
  { after = 0, size = pageRows }: { after?: number | undefined; size?: number } = {},
): Promise<{ rows: UnmailableRow[]; next: number | null }> {
  const rows = await tx.execute<UnmailableRow>(sql`
    select row_no as line, value as email, message from import_row_errors
    where import_job_id = ${importId}::uuid and severity = 'warning' and code = ${notMailedCode} and row_no > ${after}
    order by row_no, id limit ${size}`);
  return { rows: [...rows], next: rows.length === size ? (rows.at(-1)?.line ?? null) : null };
}

const fileRows = 2000;

/** A piece of them as CSV; `next` is the line to ask behind for more, or null. */
export async function writeUnmailable(
  tx: TenantTx,
  importId: string,
  after: number,
): Promise<{ fileName: string; lines: string; next: number | null }> {
  const { fileName } = await getImport(tx, importId);
  const { rows, next } = await listUnmailable(tx, importId, { after, size: fileRows });
  const head = after === 0 ? `\ufeff${csvLine(["line", "email", "remark"])}` : "";
  return {
    fileName: `not-mailed-${fileName.replace(/\.[^.]*$/, "").replace(/[^\w.-]+/g, "-")}.csv`,
    lines: head + rows.map(({ line, email, message }) => csvLine([line, email, message])).join(""),
    next,
  };
}
