import { createSession } from "#db/factories";
import { newTenant } from "#db/testing";
import { finishedDraft } from "#server/campaigns/testing";
import type { WorkspaceRole } from "#server/permissions";
import { callerFor, newColleague } from "#server/testing";
import type { ApprovalPolicy, ApproverRole } from "./schema.ts";

type Tenant = Awaited<ReturnType<typeof newTenant>>;
export const colleague = (tenant: Tenant, role: WorkspaceRole) =>
  newColleague({ ...tenant, email: "" }, role);

export const always: ApprovalPolicy = {
  when: "always",
  largeFrom: 10_000,
  approvers: [{ role: "campaign_manager", userIds: [] }],
  newSender: false,
  words: [],
  inOrder: false,
  twoPersons: false,
};

/** A finished draft of somebody's, in an organization that asks for approvals. */
export async function draftUnder(policy: Partial<ApprovalPolicy> = {}) {
  const tenant = await newTenant();
  await tenant.caller.approvals.updatePolicy({ ...always, ...policy });
  const { id: campaignId, first } = await finishedDraft(tenant);
  const version = async () => (await tenant.caller.campaigns.byId({ id: campaignId })).version;
  return {
    tenant,
    campaignId,
    first,
    request: async (note = "", startsAt: string | null = null) =>
      tenant.caller.approvals.request({ campaignId, version: await version(), note, startsAt }),
    launch: async () => tenant.caller.campaigns.launch({ id: campaignId, version: await version() }),
    rename: async (subjectLine: string) => {
      const { steps, version: now } = await tenant.caller.campaigns.byId({ id: campaignId });
      const content = { type: "email" as const, templateId: null, previewText: "", sender: null };
      const emailContent = steps[0]?.emailContent ?? "";
      await tenant.caller.campaigns.saveStep({
        id: campaignId,
        version: now,
        stepId: first,
        content: { ...content, subjectLine, emailContent, replyInThread: false },
      });
    },
    state: async () => (await tenant.caller.approvals.byCampaign({ campaignId })).state,
  };
}

type Words = { version?: number; submissionNo?: number; role?: ApproverRole; comment?: string };
export const answer = async (
  { caller }: Pick<Tenant, "caller">,
  campaignId: string,
  decision: "approved" | "rejected",
  { submissionNo = 1, role = "campaign_manager", comment = "", version }: Words = {},
) =>
  caller.approvals.decide({
    ...{ campaignId, submissionNo, role, decision, comment },
    version: version ?? (await caller.campaigns.byId({ id: campaignId })).version,
  });

/** Days later everybody has been signed out. */
export async function signedInAgain({ userId, slug }: Pick<Tenant, "userId" | "slug">) {
  const { sessionId } = await createSession(userId);
  return { caller: callerFor({ sessionId, workspaceSlug: slug }) };
}

export const titles = async ({ caller }: Pick<Tenant, "caller">) =>
  (await caller.notifications.list()).rows.map((row) => row.title);
