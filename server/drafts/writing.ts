import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { draftReview } from "#server/campaigns/schema";
import type { DriverEvent } from "#server/drivers/events";
import { inngest } from "#inngest/client";
import { textOf, toDocument } from "#server/mail/html-document";
import { mergeContacts, stepMessage } from "#server/mail/queries";
import { findWriter } from "./ai-key.ts";
import { approveDrafts, takeDrafts } from "./decide.ts";
import { mayLeaveUnread } from "./policy.ts";
import { costMicros } from "./prices.ts";
import type { Choice } from "./schema.ts";
import { type Answer, type Assignment, readEmail } from "./writer.ts";

/** So many drafts are asked for at once. */
const abreast = 4;
/** Longer than a provider may take to answer. */
const leaseSeconds = 180;
const attemptsMax = 5;
const backoffSeconds = [30, 120, 300, 900];
const patienceMaxMs = 3_600_000;

type Claimed = {
  id: string;
  contact_id: string;
  step_version_id: string | null;
  subject: string;
  body: string;
  attempts: number;
};
type Ready = Claimed & { assignment: Assignment; known: string };
type Slice = { written: number; more: boolean; until: string | null };

/**
 * Has the next drafts of a workspace written. They are claimed before the provider is asked and settled after it has
 * answered; a claim whose process died is taken up again, since asking twice sends nothing. What a person changed or
 * decided meanwhile stays. When the provider fails for good, a draft keeps the step's words and says so.
 */
export async function writeNext(scope: Scope): Promise<Slice> {
  const token = v7();
  const { ready, writer } = await withTenant(scope, async (tx) => ({
    ready: await claim(tx, token),
    writer: await findWriter(tx, scope),
  }));
  if (ready.length === 0)
    return { written: 0, more: false, until: await withTenant(scope, (tx) => nextWriting(tx)) };
  const answers = await Promise.all(
    ready.map((draft) => (writer ? writer.write(draft.assignment) : Promise.resolve(nobody))),
  );
  const { written, events } = await withTenant(scope, (tx) =>
    settleAll(tx, { scope, token, ready, answers }),
  );
  if (events.length > 0) await inngest.send(events);
  return { written, more: true, until: null };
}

/** What may leave unread is approved with its words, in one transaction: no draft is written and then forgotten. */
async function settleAll(
  tx: TenantTx,
  {
    scope,
    token,
    ready,
    answers,
  }: { scope: Scope; token: string; ready: readonly Ready[]; answers: readonly Answer[] },
): Promise<{ written: number; events: DriverEvent[] }> {
  const unread = await leavingUnread(tx, ready);
  const leaving = ready.filter(({ id }) => unread.has(id));
  const events: DriverEvent[] = [];
  // Steps and enrollments are held before drafts: the order of everybody who takes people out of a campaign.
  if (leaving.length > 0)
    events.push(...(await takeDrafts(tx, { scope, choices: leaving.map(seen), dueAt: null })).events);
  const choices: Choice[] = [];
  let written = 0;
  for (const [index, draft] of ready.entries()) {
    const answer = answers[index];
    const version = answer ? await settle(tx, { token, draft, answer }) : null;
    if (version === null) continue;
    written += 1;
    if (leaving.includes(draft)) choices.push({ id: draft.id, version });
  }
  if (choices.length > 0)
    events.push(...(await approveDrafts(tx, { scope, choices, userId: null, sendAt: null })).events);
  return { written, events };
}

/** Those whose step wants so at this moment, says what they were made of, and is let by the organization. */
async function leavingUnread(tx: TenantTx, ready: readonly Ready[]): Promise<Set<string>> {
  if (!(await mayLeaveUnread(tx, "until the end"))) return new Set();
  const rows = await tx.execute<{ id: string }>(sql`
    select d.id from email_drafts d join campaign_steps s on s.id = d.step_id
    join campaign_step_versions v on v.id = d.step_version_id and v.version = s.current_version
    where d.id = any(${sql.param(ready.map(({ id }) => id))}::uuid[]) and s.requires_draft_approval
      and coalesce((s.draft_review ->> 'unreviewed')::boolean, false)`);
  return new Set(rows.map(({ id }) => id));
}

const seen = ({ id }: Ready): Choice => ({ id, version: 1 });

const nobody: Answer = {
  outcome: "refused",
  problem: "No AI provider is set up on this installation.",
  model: "",
  inputTokens: 0,
  outputTokens: 0,
};

async function claim(tx: TenantTx, token: string): Promise<Ready[]> {
  const rows = await tx.execute<Claimed>(sql`
    with next as materialized (
      select id from email_drafts
      where status = 'draft' and step_version_id is not null and ((writing = 'waiting' and writing_at <= app_now())
        or (writing = 'writing' and writing_until <= app_now()))
      order by writing_at, id limit ${abreast} for no key update skip locked
    )
    update email_drafts d set writing = 'writing', writing_token = ${token}::uuid, writing_attempts = d.writing_attempts + 1,
      writing_until = app_now() + make_interval(secs => ${leaseSeconds})
    from next n where d.id = n.id
    returning d.id, d.contact_id, d.step_version_id, d.subject, d.body, d.writing_attempts as attempts`);
  const contacts = await mergeContacts(
    tx,
    rows.map((row) => row.contact_id),
  );
  const ready: Ready[] = [];
  const steps = new Map<string, Awaited<ReturnType<typeof stepOf>>>();
  for (const row of rows) {
    const version = row.step_version_id ?? "";
    const step = steps.get(version) ?? (await stepOf(tx, version));
    steps.set(version, step);
    const {
      tags,
      customFields,
      createdAt: _,
      lastActivityAt: __,
      ...contact
    } = contacts.get(row.contact_id) ?? {
      tags: [],
      customFields: {},
      createdAt: null,
      lastActivityAt: null,
    };
    const model = { subject: row.subject, text: textOf(toDocument(row.body)) };
    const assignment = {
      instructions: step.instructions,
      contact: { ...contact, tags, custom: customFields },
      sender: step.sender,
      model,
    };
    ready.push({
      ...row,
      assignment,
      known: `${step.instructions}\n${step.html}\n${model.text}`,
    });
  }
  // Two who were given the same drafts, one after the other, settle them in the same order.
  return ready.sort((one, other) => (one.id < other.id ? -1 : 1));
}

async function stepOf(tx: TenantTx, versionId: string) {
  const { content, origin } = await stepMessage(tx, versionId);
  const [row] = await tx.execute<{ review: unknown }>(
    sql`select config -> 'review' as review from campaign_step_versions where id = ${versionId}::uuid`,
  );
  return {
    html: content.html,
    sender: { name: origin.sender.senderName, company: origin.sender.workspaceName },
    instructions: draftReview.safeParse(row?.review).data?.instructions ?? "",
  };
}

/** The version of what was written; null when the draft was changed or decided about meanwhile, or is to be asked for again. */
async function settle(
  tx: TenantTx,
  { token, draft, answer }: { token: string; draft: Ready; answer: Answer },
): Promise<number | null> {
  const email = answer.outcome === "written" ? readEmail(answer.email, draft.known) : null;
  const mine = sql`id = ${draft.id}::uuid and writing_token = ${token}::uuid and writing = 'writing' and status = 'draft'`;
  await countUse(tx, draft.id, answer);
  const settled = sql`writing_until = null, updated_at = app_now()`;
  if (email && !("problem" in email)) {
    const [row] = await tx.execute<{ version: number }>(sql`
      update email_drafts set subject = ${email.subject}, preview_text = ${email.previewText}, body = ${email.body},
        author = 'ai', problem = null, writing = 'done', writing_problem = null, version = version + 1, ${settled}
      where ${mine} returning version`);
    return row?.version ?? null;
  }
  const problem =
    answer.outcome === "written"
      ? `What the provider wrote was not used: ${email && "problem" in email ? email.problem : ""}.`
      : answer.problem;
  const final = answer.outcome === "refused" || draft.attempts >= attemptsMax;
  const asked = answer.outcome === "again" ? answer.afterMs : null;
  const pauseMs = Math.min(patienceMaxMs, asked ?? (backoffSeconds[draft.attempts - 1] ?? 900) * 1000);
  await tx.execute(sql`
    update email_drafts set writing = ${final ? "failed" : "waiting"}, writing_problem = ${problem},
      writing_at = ${final ? null : sql`app_now() + make_interval(secs => ${pauseMs / 1000})`}, ${settled}
    where ${mine}`);
  return null;
}

/** An answer is paid for, whether or not its words are wanted still. */
async function countUse(tx: TenantTx, draftId: string, answer: Answer): Promise<void> {
  const cost = costMicros(answer);
  await tx.execute(sql`
    update email_drafts set ai_model = coalesce(nullif(${answer.model}, ''), ai_model),
      ai_cost_micros = case when ${cost}::int is null then ai_cost_micros else coalesce(ai_cost_micros, 0) + ${cost}::int end,
      ai_input_tokens = ai_input_tokens + ${answer.inputTokens}, ai_output_tokens = ai_output_tokens + ${answer.outputTokens}
    where id = ${draftId}::uuid`);
}

/** When there is something to write again; ISO text. */
async function nextWriting(tx: TenantTx): Promise<string | null> {
  const [row] = await tx.execute<{ at: Date | null }>(sql`
    select min(case writing when 'writing' then writing_until else writing_at end) as at from email_drafts
    where status = 'draft' and step_version_id is not null and writing in ('waiting', 'writing')`);
  return row?.at?.toISOString() ?? null;
}
