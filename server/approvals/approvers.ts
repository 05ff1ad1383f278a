import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { listMembers } from "#server/members/queries";
import { isOrganizationAdmin } from "#server/permissions";
import type { ApprovalPolicy, ApproverRole } from "./schema.ts";

export type Approver = { userId: string; name: string };
/** Who may answer for a role; `barred` cannot: who asks, and who has answered where one person answers once. */
export type ApproversOf = (role: ApproverRole, barred: ReadonlySet<string>) => Approver[];

/** Who cannot answer a request, or not again: its answers so far, each with who asked and who gave it. */
export const barredFrom = (
  answers: readonly { requestedById: string | null; byId: string | null }[],
  { twoPersons }: Pick<ApprovalPolicy, "twoPersons">,
): Set<string> =>
  new Set(
    answers
      .flatMap(({ requestedById, byId }) => [requestedById, twoPersons ? byId : null])
      .filter((id) => id !== null),
  );

/**
 * Who answers for the roles in the transaction's workspace, as of now: somebody who has left it answers no more. Where
 * none of the people named is here (any more), or may answer, the organization's owners and admins answer; where
 * nobody is named, the workspace's admins do too.
 */
export async function loadApprovers(tx: TenantTx, policy: ApprovalPolicy): Promise<ApproversOf> {
  const [where] = await tx.execute<{ id: string }>(
    sql`select current_setting('app.current_workspace_id')::uuid as id`,
  );
  const people = await listMembers(tx, where?.id ?? "");
  const admins = people.filter(
    ({ role, tenantRoles }) => role === "admin" || isOrganizationAdmin(tenantRoles),
  );
  return (role, barred) => {
    const named = new Set(policy.approvers.find((each) => each.role === role)?.userIds);
    const others = (group: typeof people) =>
      group
        .filter(({ userId }) => !barred.has(userId))
        .map(({ userId, name, email }) => ({ userId, name: name || email }));
    const holders = others(people.filter(({ userId }) => named.has(userId)));
    if (holders.length > 0) return holders;
    // Who manages the members of a workspace cannot take an approval over by taking out the one who is named.
    return others(
      named.size > 0 ? admins.filter(({ tenantRoles }) => isOrganizationAdmin(tenantRoles)) : admins,
    );
  };
}
