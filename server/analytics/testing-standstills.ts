import { type SQL, sql } from "drizzle-orm";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { editWaitJoin, exportWaitJoin, importWaitJoin, jobWaitColumns } from "#server/drivers/job-waits";
import { jobWaits } from "#server/drivers/schema";
import type { ImportStatus } from "#server/imports/schema";
import { loadLive } from "./live.ts";
import { listCountedMessages } from "./messages.ts";
import { listPeople } from "./people.ts";
import { campaignCodes, contactCodes, type EndedBy, placeCodes } from "./standstills.ts";
import { answerForContact } from "./why-contact.ts";

type Said = { code: string | null; at: Date | null };

/** What is wrong with the reason that is given for a standstill; null when it says all that it has to. */
function breachOf(what: string, codes: Record<string, EndedBy>, { code, at }: Said): string[] {
  const endedBy = code === null ? undefined : codes[code];
  if (endedBy === undefined) return [`${what} stands still for ${code === null ? "no reason" : `“${code}”`}`];
  if (endedBy === "time" && at === null) return [`${what} waits (${code}) until nobody knows when`];
  return [];
}

/**
 * Everything of a workspace that has not ended and that nobody works on, yet does not say why, or until when: its
 * campaigns, the people in them, the contacts, the messages and the jobs, each as its page shows it. Sentences.
 */
export const findUnexplained = (scope: Scope): Promise<string[]> => withTenant(scope, unexplainedIn);

export async function unexplainedIn(tx: TenantTx): Promise<string[]> {
  const campaigns = await tx.execute<{ id: string; name: string }>(
    sql`select id, name from campaigns where deleted_at is null order by id`,
  );
  const breaches = await ofJobs(tx);
  for (const campaign of campaigns) breaches.push(...(await ofCampaign(tx, campaign)));
  return breaches;
}

async function ofCampaign(tx: TenantTx, { id, name }: { id: string; name: string }): Promise<string[]> {
  const { answer } = await loadLive(tx, id);
  const breaches = breachOf(`campaign ${name}`, campaignCodes, answer);
  let first: string | undefined;
  for await (const { contactId, email, status, reason, nextAt } of pages((after) =>
    listPeople(tx, { id, status: "live", after }),
  )) {
    first ??= contactId;
    const code = status === "paused" ? "paused_by_hand" : (reason ?? "turn");
    breaches.push(...breachOf(`${email} in ${name}`, placeCodes, { code, at: nextAt }));
  }
  if (first) breaches.push(...breachOf(`contact ${first}`, contactCodes, await answerForContact(tx, first)));
  for (const is of ["queued", "unknown"] as const)
    for await (const message of pages((after) => listCountedMessages(tx, { id, is, after }))) {
      if (message.status === "sending") continue;
      const what = `message ${message.id} (${message.status})`;
      breaches.push(...breachOf(what, placeCodes, { code: message.reason, at: message.at }));
      if (!message.why) breaches.push(`${what} says nothing in words`);
    }
  return breaches;
}

async function* pages<Row>(
  load: (after: string | undefined) => Promise<{ rows: Row[]; next: string | null }>,
) {
  for (let after: string | undefined; ;) {
    const { rows, next } = await load(after);
    yield* rows;
    if (next === null) return;
    after = next;
  }
}

/** What an import in a state waits for, while no run has it. */
const imports: Record<ImportStatus, EndedBy> = {
  pending: "person",
  awaiting_confirmation: "person",
  fetching: "work",
  validating: "work",
  processing: "work",
  rolling_back: "work",
  completed: "nothing",
  failed: "nothing",
  cancelled: "nothing",
  rolled_back: "nothing",
};
const outputs: Record<string, EndedBy> = {
  pending: "work",
  processing: "work",
  completed: "nothing",
  failed: "nothing",
  cancelled: "nothing",
  expired: "nothing",
};
const jobs: [table: string, states: Record<string, EndedBy>, join: SQL, unended: SQL][] = [
  [
    "import_jobs",
    imports,
    importWaitJoin,
    sql`jsonb_exists(j.file_format, 'judging') and j.wakes_at is not null`,
  ],
  ["export_jobs", outputs, exportWaitJoin, sql`false`],
  ["contact_edits", outputs, editWaitJoin, sql`false`],
];
const waits: Record<string, EndedBy> = Object.fromEntries(
  Object.keys(jobWaits).map((code) => [code, "time"]),
);

type JobRow = {
  id: string;
  status: string;
  held: boolean;
  unended: boolean;
  waitCode: string | null;
  waitUntil: Date | null;
};

async function ofJobs(tx: TenantTx): Promise<string[]> {
  const breaches: string[] = [];
  for (const [table, states, join, unended] of jobs) {
    const rows = await tx.execute<JobRow>(sql`
      select j.id, j.status, coalesce(j.lease_until > app_now(), false) as held, ${unended} as unended, ${jobWaitColumns}
      from ${sql.identifier(table)} j ${join}`);
    for (const { id, status, held, unended: open, waitCode: code, waitUntil: at } of rows) {
      const what = `${table} ${id} (${status})`;
      const endedBy = states[status];
      if (endedBy === undefined) breaches.push(`${what} is in a state that nobody has thought of`);
      if (held || (endedBy !== "work" && !open)) continue;
      breaches.push(...breachOf(what, waits, { code, at }));
    }
  }
  return breaches;
}
