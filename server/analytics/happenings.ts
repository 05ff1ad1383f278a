import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { momentsOfOne } from "./moments-of-one.ts";
import { reasonInWords } from "./reasons.ts";
import type { HappeningsInput, PeriodMeasure } from "./schema.ts";

export const happeningsPageSize = 50;

/** One thing that a number of a period counts: what happened to a message, and when. */
export type Happening = {
  id: string;
  at: Date;
  contactId: string | null;
  to: string;
  name: string | null;
  campaignId: string;
  campaignName: string;
  stepNumber: number | null;
  subject: string | null;
  mailbox: string | null;
  status: string;
  why: string | null;
};

type Place = { at: string; ref: string; message: string };
/** From where to where, in milliseconds since 1970; the end is not counted. */
type Window = { since: number; until: number };

const dayMs = 86_400_000;
const iso = (ms: number) => new Date(ms).toISOString();

/**
 * A page of what a period's number counts, the newest first. They are looked for
 * backwards in stretches that grow, so that a page of a busy year costs little more than the days that it shows.
 */
export async function listHappenings(
  tx: TenantTx,
  input: HappeningsInput,
  zone: string,
): Promise<{ from: string; to: string; rows: Happening[]; next: string | null }> {
  const period = await periodOf(tx, input, zone);
  const behind = readPlace(input.after);
  const until = behind ? Math.min(period.until, Date.parse(behind.at) + 1) : period.until;
  const found: Place[] = [];
  let edge = until;
  for (let length = dayMs; edge > period.since && found.length <= happeningsPageSize; length *= 2) {
    const since = Math.max(period.since, edge - length);
    const wanted = happeningsPageSize + 1 - found.length;
    found.push(...(await placesIn(tx, { since, until: edge }, { input, behind, wanted })));
    edge = since;
  }
  const shown = found.slice(0, happeningsPageSize);
  const last = found.length > happeningsPageSize ? shown.at(-1) : undefined;
  const { from, to } = period;
  return {
    from,
    to,
    rows: await describe(tx, shown, input.is),
    next: last ? `${last.at}|${last.ref}` : null,
  };
}

async function periodOf(
  tx: TenantTx,
  input: HappeningsInput,
  zone: string,
): Promise<Window & { from: string; to: string }> {
  const [from, to] = [input.from ?? null, input.to ?? null];
  const [row] = await tx.execute<{ from: string; to: string; since: Date; until: Date }>(sql`
    with today as (select (app_now() at time zone ${zone})::date as day),
    given as (select coalesce(${from}::date, ${to}::date - 29, day - 29) as first, coalesce(${to}::date, day) as last from today),
    days as (select least(first, last) as first, greatest(first, last) as last from given)
    select to_char(first, 'YYYY-MM-DD') as "from", to_char(last, 'YYYY-MM-DD') as "to",
      first::timestamp at time zone ${zone} as since, (last + 1)::timestamp at time zone ${zone} as until
    from days`);
  if (!row) throw new Error("A select of dates gave no row.");
  return { ...row, since: row.since.getTime(), until: row.until.getTime() };
}

async function placesIn(
  tx: TenantTx,
  { since, until }: Window,
  {
    input,
    behind,
    wanted,
  }: { input: HappeningsInput; behind: Omit<Place, "message"> | null; wanted: number },
): Promise<Place[]> {
  const campaigns = input.campaign
    ? sql`k.launched_at is not null and k.id = ${input.campaign}::uuid`
    : sql`k.launched_at is not null`;
  const span = { since: iso(since), until: iso(until) };
  const moments = momentsOfOne(input.is, { campaigns, mailbox: input.mailbox, span });
  return tx.execute<Place>(sql`
    select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, ref, message_id as message
    from (${moments}) moments
    ${behind ? sql`where (at, ref) < (${behind.at}::timestamptz, ${behind.ref}::uuid)` : sql``}
    order by moments.at desc, ref desc limit ${wanted}`);
}

/** The moment to the microsecond, and what it is of; null for a wrong one, which is the first page. */
function readPlace(after: string | undefined): { at: string; ref: string } | null {
  const [, at, ref] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)\|([\da-f-]{36})$/.exec(after ?? "") ?? [];
  return at && ref ? { at, ref } : null;
}

type Row = Omit<Happening, "why"> & { reason: string | null; error: string | null };

async function describe(tx: TenantTx, places: readonly Place[], is: PeriodMeasure): Promise<Happening[]> {
  const column = (name: keyof Place) => sql.param(places.map((place) => place[name]));
  const rows = await tx.execute<Row>(sql`
    select p.ref as id, p.at, m.contact_id as "contactId", m.to_email as "to",
      nullif(concat_ws(' ', c.first_name, c.last_name), '') as name, m.campaign_id as "campaignId", k.name as "campaignName",
      s.step_order as "stepNumber", m.subject, a.email as mailbox, m.delivery_status as status,
      coalesce(m.reason_code, m.bounce_code) as reason, coalesce(m.error, m.smtp_response) as error
    from unnest(${column("at")}::timestamptz[], ${column("ref")}::uuid[], ${column("message")}::uuid[]) with ordinality
      as p (at, ref, message_id, place)
    join content.email_messages m on m.id = p.message_id join campaigns k on k.id = m.campaign_id
    left join campaign_steps s on s.id = m.step_id left join contacts c on c.id = m.contact_id
    left join email_accounts a on a.id = m.email_account_id
    order by p.place`);
  return rows.map(({ reason, error, ...row }) => ({
    ...row,
    why: is === "bounced" ? (error ?? reasonInWords(reason)) : null,
  }));
}
