import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { recordCampaignAct } from "#server/campaigns/acts";
import { comingIn, countAudience, doorOf } from "#server/campaigns/audience";
import { takeForEdit } from "#server/campaigns/edits";
import { type Campaign, getCampaign } from "#server/campaigns/queries";
import type { CampaignStatus } from "#server/campaigns/schema";
import { startOf } from "#server/campaigns/start-time";
import { AppError } from "#server/errors";
import { notify } from "#server/notifications/mutations";
import { barredFrom, loadApprovers } from "./approvers.ts";
import { contentDigest } from "./digest.ts";
import { getApprovalPolicy } from "./policy.ts";
import { listAnswers, loadApproval, stateOf, turnOf } from "./queries.ts";
import { approvalHours, approverRoleNames, type ApproverRole } from "./schema.ts";

type Who = { campaignId: string; userId: string };

export const peopleOf = async (tx: TenantTx, { id, type, audience }: Campaign): Promise<number> =>
  comingIn(await countAudience(tx, type === "triggered" ? doorOf(audience) : audience, id));

/**
 * Asks for the approval of exactly the version that is looked at, and tells those who may give it. An earlier request
 * holds no more. With a start, given or scheduled, it is for no other one. Returns its number.
 * @throws AppError invalid for a start that cannot be; conflict when it was changed meanwhile, is not to be launched, or is approved already
 */
export async function requestApproval(
  tx: TenantTx,
  {
    campaignId,
    userId,
    version,
    note,
    startsAt: at,
  }: Who & { version: number; note: string; startsAt: string | null },
): Promise<{ submissionNo: number }> {
  await lockVersion(tx, campaignId, version);
  const campaign = await getCampaign(tx, campaignId);
  if (!isApprovable(campaign.status))
    throw new AppError("conflict", `This campaign is ${campaign.status}: there is nothing to approve.`);
  const people = await peopleOf(tx, campaign);
  const { state, submissions } = await loadApproval(
    tx,
    { campaign, people: () => Promise.resolve(people) },
    null,
  );
  const [newest] = submissions;
  const startsAt = await askedStart(tx, campaign, at);
  if (state === "approved" && newest?.startsAt?.getTime() === startsAt?.getTime())
    throw new AppError("conflict", "This campaign is approved as it is.");
  const submissionNo = (newest?.no ?? 0) + 1;
  await voidOpen(tx, campaignId);
  const policy = await getApprovalPolicy(tx);
  const digest = await contentDigest(tx, campaign);
  const roles = policy.approvers.map(({ role }) => role);
  await tx.execute(sql`
    insert into campaign_approvals (campaign_id, submission_no, approver_role, requested_by, expires_at, snapshot_version, snapshot)
    select ${campaignId}::uuid, ${submissionNo}, role, ${userId}::uuid, app_now() + make_interval(hours => ${approvalHours}),
      ${digest}, ${JSON.stringify({ note, people, startsAt })}::jsonb
    from unnest(${sql.param(roles)}::text[]) with ordinality asked(role, place) order by place`);
  await recordCampaignAct(tx, { id: campaignId, userId }, "campaign.approval_requested", {
    submissionNo,
    people,
    ...(startsAt && { startsAt: startsAt.toISOString() }),
  });
  await askNext(tx, campaign);
  return { submissionNo };
}

/** Null: whichever. What is scheduled is meant to start as it is scheduled; what repeats, at each of its times. */
async function askedStart(
  tx: TenantTx,
  { id, status, startsAt, series }: Campaign,
  at: string | null,
): Promise<Date | null> {
  if (at === null) return status === "scheduled" && !series?.active ? startsAt : null;
  if (status !== "paused") return startOf(tx, { id, at, field: "startsAt" });
  const sentence =
    "This campaign has started. It goes on whenever somebody resumes it: leave the start empty.";
  throw new AppError("invalid", sentence, { startsAt: sentence });
}

/** What has ended or is running already is not approved: what runs is paused first. */
const isApprovable = (status: CampaignStatus) => status !== "active" && status !== "completed";

/** Locks the campaign as an edit does, without being one. */
async function lockVersion(tx: TenantTx, id: string, version: number | null): Promise<void> {
  const [row] = await tx.execute<{ version: number; archived: boolean }>(sql`
    select version, archived_at is not null as archived from campaigns
    where id = ${id}::uuid and deleted_at is null for no key update`);
  if (!row) throw new AppError("not_found", "There is no such campaign.");
  if (row.archived) throw new AppError("conflict", "This campaign is archived. Restore it first.");
  if (version !== null && row.version !== version)
    throw new AppError(
      "conflict",
      "This campaign was changed after you opened it. Reload, and look at it again.",
    );
}

export const voidOpen = (tx: TenantTx, campaignId: string) =>
  tx.execute(sql`
    update campaign_approvals set approval_status = 'void', updated_at = app_now()
    where campaign_id = ${campaignId}::uuid and approval_status = 'pending'`);

/** Takes the open request back. @throws AppError conflict when there is none */
export async function withdrawRequest(tx: TenantTx, { campaignId, userId }: Who): Promise<void> {
  await lockVersion(tx, campaignId, null);
  const taken = await voidOpen(tx, campaignId);
  if (taken.count === 0) throw new AppError("conflict", "There is no open request for an approval.");
  await recordCampaignAct(tx, { id: campaignId, userId }, "campaign.approval_withdrawn");
}

type Decision = Who & {
  version: number;
  submissionNo: number;
  role: ApproverRole;
  decision: "approved" | "rejected";
  comment: string;
};

/**
 * Gives or refuses an approval, for one role. The campaign is locked: who approves while somebody edits approves what
 * they saw, or is told that it has changed.
 * @throws AppError forbidden when it is not theirs to give; conflict when it was changed, answered, or withdrawn
 */
export async function decideApproval(tx: TenantTx, decided: Decision): Promise<void> {
  const { campaignId, userId, version, submissionNo, role, decision, comment } = decided;
  await lockVersion(tx, campaignId, version);
  const campaign = await getCampaign(tx, campaignId);
  if (!isApprovable(campaign.status))
    throw new AppError("conflict", `This campaign is ${campaign.status}: there is nothing to approve.`);
  const rows = await listAnswers(tx, campaignId);
  const newest = rows.filter(({ no }) => no === rows[0]?.no);
  const state = stateOf(newest, await contentDigest(tx, campaign));
  const [asked] = newest.filter((row) => row.role === role);
  if (
    !asked
    || asked.no !== submissionNo
    || (state !== "pending" && !(state === "changed" && decision === "rejected"))
  )
    throw new AppError("conflict", closedWords[state]);
  const policy = await getApprovalPolicy(tx);
  if (!turnOf(newest, policy).has(role))
    throw new AppError("conflict", "It is another role's turn to answer, or this one has answered. Reload.");
  const approvers = await loadApprovers(tx, policy);
  if (asked.requestedById === userId)
    throw new AppError("forbidden", "Who asks for an approval cannot give it. Somebody else has to.");
  if (policy.twoPersons && newest.some((row) => row.byId === userId))
    throw new AppError("forbidden", "You have answered for the other role. This one takes somebody else.");
  if (!approvers(role, barredFrom(newest, policy)).some((each) => each.userId === userId))
    throw new AppError(
      "forbidden",
      `You do not answer for the ${approverRoleNames[role].toLowerCase()} here.`,
    );
  await tx.execute(sql`
    update campaign_approvals set approval_status = ${decision}, approved_by = ${userId}::uuid, decided_at = app_now(),
      comments = ${comment || null}, updated_at = app_now()
    where campaign_id = ${campaignId}::uuid and submission_no = ${submissionNo} and approver_role = ${role}
      and approval_status = 'pending'`);
  await recordCampaignAct(tx, { id: campaignId, userId }, `campaign.approval_${decision}`, {
    submissionNo,
    role,
    comment,
  });
  await tellRequester(tx, campaign, { to: asked.requestedById, decision, comment });
  // One refusal ends it for everybody.
  if (decision === "rejected") await voidOpen(tx, campaignId);
  // Those who answer at the same time were all asked at once.
  else if (policy.inOrder) await askNext(tx, campaign);
}

const closedWords = {
  missing: "This request was withdrawn. Reload to see where the campaign stands.",
  pending: "This request is not the newest any more. Reload, and look at the campaign again.",
  approved: "This campaign is approved already.",
  rejected: "This request was refused already. It has to be asked for again.",
  expired: "This request is too old. It has to be asked for again.",
  changed: "The campaign was changed after the approval was asked for. It has to be asked for again.",
} as const;

type Told = { to: string | null; decision: "approved" | "rejected"; comment: string };

async function tellRequester(tx: TenantTx, { id, name }: Campaign, { to, decision, comment }: Told) {
  const [open] = await tx.execute<{ count: number }>(sql`
    select count(*)::int as count from campaign_approvals
    where campaign_id = ${id}::uuid and approval_status = 'pending'`);
  const title =
    decision === "rejected"
      ? `“${name}” was not approved`
      : open?.count
        ? `“${name}” has one of its approvals`
        : `“${name}” is approved`;
  const type = decision === "rejected" ? "campaign.approval_rejected" : "campaign.approval_given";
  await notify(tx, { userId: to, type, title, body: comment, path: `/campaigns/${id}/edit/review` });
}

/** Tells those whose turn it is. */
export async function askNext(
  tx: TenantTx,
  campaign: Pick<Campaign, "id" | "name">,
  reminder = false,
): Promise<number> {
  const policy = await getApprovalPolicy(tx);
  const rows = await listAnswers(tx, campaign.id);
  const newest = rows.filter(({ no }) => no === rows[0]?.no);
  const approvers = await loadApprovers(tx, policy);
  const turn = turnOf(newest, policy);
  const asked = newest.filter(({ role }) => turn.has(role));
  const told = new Set(
    asked.flatMap((row) => approvers(row.role, barredFrom(newest, policy)).map(({ userId }) => userId)),
  );
  for (const userId of told)
    await notify(tx, {
      userId,
      type: "campaign.approval_requested",
      title: reminder ? `“${campaign.name}” still waits for you` : `“${campaign.name}” is to be approved`,
      body: `${asked[0]?.requestedBy ?? "Somebody"} asks for it. Without an answer it is refused ${approvalHours} hours after the request.`,
      path: `/campaigns/${campaign.id}/edit/review`,
    });
  return told.size;
}

/** Makes one campaign ask for an approval, or not, whatever the organization does. It counts as an edit. */
export async function requireApproval(
  tx: TenantTx,
  { campaignId, userId, version, requiresApproval }: Who & { version: number; requiresApproval: boolean },
): Promise<void> {
  await takeForEdit(tx, { id: campaignId, version });
  await tx.execute(sql`
    update campaign_settings set requires_approval = ${requiresApproval}, updated_at = app_now()
    where campaign_id = ${campaignId}::uuid`);
  const act = requiresApproval ? "campaign.approval_required" : "campaign.approval_waived";
  await recordCampaignAct(tx, { id: campaignId, userId }, act);
}
