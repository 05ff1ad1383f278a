import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { Campaign } from "#server/campaigns/queries";
import { isLaunched } from "#server/campaigns/schema";
import { barredFrom, loadApprovers } from "./approvers.ts";
import { contentDigest } from "./digest.ts";
import { getApprovalPolicy } from "./policy.ts";
import type { ApprovalPolicy, ApproverRole } from "./schema.ts";
import { wordsIn } from "./words.ts";

export type ApprovalStatus = "pending" | "approved" | "rejected" | "expired" | "void";

/** What one role has said. `asked`: it is this role's turn. `waitsFor` names who may answer then; there may be nobody. */
export type Answer = {
  role: ApproverRole;
  status: ApprovalStatus;
  by: string | null;
  at: Date | null;
  comment: string | null;
  asked: boolean;
  waitsFor: string[];
  /** Whether the person who looks may answer. */
  mine: boolean;
};
export type Submission = {
  no: number;
  requestedBy: string | null;
  requestedAt: Date;
  expiresAt: Date;
  note: string;
  /** The start that it was asked for; null for whichever. */
  startsAt: Date | null;
  answers: Answer[];
};

/** `changed`: it was requested or given for another content than that of now. */
export type ApprovalState = "missing" | "pending" | "approved" | "rejected" | "expired" | "changed";

/** Where a campaign's approval stands. `needed`: what asks for one; null when nothing does. Newest submission first. */
export type Approval = {
  needed: "organization" | "size" | "sender" | "words" | "campaign" | "earlier" | null;
  /** Those of the organization's words that are in it, where they are what asks for one. */
  words: string[];
  state: ApprovalState;
  submissions: Submission[];
};

type Row = {
  no: number;
  role: ApproverRole;
  status: ApprovalStatus;
  requestedById: string | null;
  requestedBy: string | null;
  requestedAt: Date;
  expiresAt: Date;
  digest: string | null;
  note: string | null;
  startsAt: Date | null;
  by: string | null;
  byId: string | null;
  at: Date | null;
  comment: string | null;
};

/** `people` counts the audience as of now. */
type Subject = { campaign: Campaign; people: () => Promise<number> };

/** `viewer` is who looks, null for nobody. */
export async function loadApproval(
  tx: TenantTx,
  { campaign, people }: Subject,
  viewer: string | null,
): Promise<Approval> {
  const policy = await getApprovalPolicy(tx);
  const rows = await listAnswers(tx, campaign.id);
  const needed = await whatNeeds(tx, { policy, campaign, people, rows });
  const words = needed === "words" ? wordsIn(campaign, policy.words) : [];
  const digest = await contentDigest(tx, campaign);
  const newest = rows.filter(({ no }) => no === rows[0]?.no);
  const approvers = await loadApprovers(tx, policy);
  const asked = turnOf(newest, policy);
  const barred = barredFrom(newest, policy);
  return {
    needed,
    words,
    state: stateOf(newest, digest),
    submissions: submissionsOf(rows, (row) =>
      row.no === rows[0]?.no && asked.has(row.role) ? approvers(row.role, barred) : null,
    ).map((submission) => shownTo(submission, viewer)),
  };
}

/** The answers to all requests, the newest request first. One that nobody gave in time counts as a refusal. */
export async function listAnswers(tx: TenantTx, campaignId: string): Promise<Row[]> {
  return [
    ...(await tx.execute<Row>(sql`
      select a.submission_no as no, a.approver_role as role,
        case when a.approval_status = 'pending' and a.expires_at <= app_now() then 'expired' else a.approval_status end as status,
        a.requested_by as "requestedById", coalesce(nullif(r.name, ''), r.email) as "requestedBy", a.requested_at as "requestedAt",
        a.expires_at as "expiresAt", a.snapshot_version as digest, a.snapshot ->> 'note' as note,
        (a.snapshot ->> 'startsAt')::timestamptz as "startsAt",
        coalesce(nullif(d.name, ''), d.email) as by, a.approved_by as "byId", a.decided_at as at, a.comments as comment
      from campaign_approvals a left join users r on r.id = a.requested_by left join users d on d.id = a.approved_by
      where a.campaign_id = ${campaignId}::uuid
      order by a.submission_no desc, a.created_at, a.id`)),
  ];
}

async function whatNeeds(
  tx: TenantTx,
  { policy, campaign, people, rows }: Subject & { policy: ApprovalPolicy; rows: readonly Row[] },
): Promise<Approval["needed"]> {
  // What runs was launched by the rules of its day.
  if (isLaunched(campaign.status)) return wasApproved(rows, campaign.launchedAt) ? "earlier" : null;
  if (policy.when === "always") return "organization";
  if (policy.when === "large" && (await people()) >= policy.largeFrom) return "size";
  if (policy.newSender && (await isNewSender(tx, campaign))) return "sender";
  if (wordsIn(campaign, policy.words).length > 0) return "words";
  const [settings] = await tx.execute<{ asks: boolean }>(
    sql`select requires_approval as asks from campaign_settings where campaign_id = ${campaign.id}::uuid`,
  );
  return settings?.asks ? "campaign" : null;
}

/**
 * Whether an address that the campaign sends from is one that nothing was launched from so far. A mailbox that joined a
 * pool after the launches from it was no sender of these.
 */
async function isNewSender(tx: TenantTx, { id, settings, steps }: Campaign): Promise<boolean> {
  const own = steps.flatMap(({ sender }) => sender?.fromEmail || []);
  const addresses = [...new Set([settings.fromEmail, ...own].map((one) => one.toLowerCase()))];
  const pooled = sql`select lower(a.email) from pool_members m join email_accounts a on a.id = m.email_account_id`;
  const [row] = await tx.execute<{ isNew: boolean }>(sql`
    select exists (
      select from (
        select unnest(${sql.param(addresses)}::text[]) union ${pooled} where m.pool_id = ${settings.rotationPoolId}::uuid
      ) as mine(address) where not exists (
        select from campaigns k
        where k.launched_at is not null and k.id <> ${id}::uuid and (lower(k.from_email) = mine.address
          or exists (select from campaign_steps s where s.campaign_id = k.id and lower(s.sender ->> 'fromEmail') = mine.address)
          or mine.address in (${pooled} where m.pool_id = k.rotation_pool_id and m.created_at <= k.launched_at)))) as "isNew"`);
  return row?.isNew ?? false;
}

/** Whether one of the requests had all its answers when the campaign was launched. */
function wasApproved(rows: readonly Row[], launchedAt: Date | null): boolean {
  const byNo = Map.groupBy(rows, ({ no }) => no);
  return [...byNo.values()].some((answers) =>
    answers.every(
      ({ status, at }) => status === "approved" && at !== null && launchedAt !== null && at <= launchedAt,
    ),
  );
}

export function stateOf(newest: readonly Pick<Row, "status" | "digest">[], digest: string): ApprovalState {
  const has = (status: ApprovalStatus) => newest.some((row) => row.status === status);
  if (has("rejected")) return "rejected";
  if (newest.length === 0 || has("void")) return "missing";
  if (has("expired")) return "expired";
  if (newest.some((row) => row.digest !== digest)) return "changed";
  return has("pending") ? "pending" : "approved";
}

/** The roles whose answer is asked for now: all that have given none, or the first of them. */
export function turnOf(
  newest: readonly Pick<Row, "role" | "status">[],
  { inOrder }: Pick<ApprovalPolicy, "inOrder">,
): Set<ApproverRole> {
  const open = newest.filter(({ status }) => status === "pending").map(({ role }) => role);
  const refused = newest.some(({ status }) => status !== "pending" && status !== "approved");
  return new Set(refused ? [] : inOrder ? open.slice(0, 1) : open);
}

/** Null: it is not their turn. */
type Asked = { userId: string; name: string }[] | null;
type Full = Omit<Submission, "answers"> & {
  answers: (Omit<Answer, "asked" | "mine" | "waitsFor"> & { people: Asked })[];
};

function submissionsOf(rows: readonly Row[], askedOf: (row: Row) => Asked): Full[] {
  const byNo = Map.groupBy(rows, ({ no }) => no);
  return [...byNo.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { no, requestedBy, requestedAt, expiresAt, note, startsAt } = first;
    const answers = group.map((row) => {
      const { role, status, by, at, comment } = row;
      return { role, status, by, at, comment, people: askedOf(row) };
    });
    return [{ no, requestedBy, requestedAt, expiresAt, note: note ?? "", startsAt, answers }];
  });
}

const shownTo = ({ answers, ...submission }: Full, viewer: string | null): Submission => ({
  ...submission,
  answers: answers.map(({ people, ...answer }) => ({
    ...answer,
    asked: people !== null,
    waitsFor: (people ?? []).map(({ name }) => name),
    mine: (people ?? []).some(({ userId }) => userId === viewer),
  })),
});
