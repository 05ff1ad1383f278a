import { eq, sql } from "drizzle-orm";
import { suppressions } from "#db/schema/suppressions";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { readEmail } from "#server/contacts/address";
import { exitContacts } from "#server/enrollments/exits";
import { AppError } from "#server/errors";
import type { SuppressionAddInput } from "./schema.ts";

/** Addresses that could not be read, each with its sentence. */
export type RejectedAddress = { email: string; problem: string };

/**
 * Closes addresses to this workspace, and takes their contacts out of its campaigns. Adding one twice changes nothing.
 * Lines that are no address are given back and the others are added.
 */
export async function addSuppressions(
  tx: TenantTx,
  userId: string,
  { emails, reason }: SuppressionAddInput,
): Promise<{ added: number; rejected: RejectedAddress[] }> {
  const typed = [
    ...new Set(
      emails
        .split(/[\n,;]+/)
        .map((each) => each.trim())
        .filter(Boolean),
    ),
  ];
  const read = typed.map((email) => ({ email, ...readEmail(email) }));
  const rejected = read.flatMap((each) =>
    "problem" in each ? [{ email: each.email, problem: each.problem }] : [],
  );
  const normalized = read.flatMap((each) => ("normalized" in each ? [each.normalized] : []));
  const contacts = await tx.execute<{ id: string }>(sql`
    select id from contacts where email_normalized = any(${sql.param(normalized)}::text[]) and deleted_at is null order by id`);
  await exitContacts(tx, { contactIds: contacts.map(({ id }) => id), reason: "suppressed" });
  const added = await tx.execute<{ id: string }>(sql`
    insert into ${suppressions} (email_normalized, scope, workspace_id, reason, source, added_by)
    select email, 'workspace', current_setting('app.current_workspace_id')::uuid, ${reason}, 'manual', ${userId}::uuid
    from unnest(${sql.param([...new Set(normalized)].sort())}::text[]) as email
    on conflict do nothing returning id`);
  if (added.length > 0) {
    await recordAct(tx, {
      actorId: userId,
      action: "suppressions.added",
      resourceType: "suppression",
      after: { count: added.length, reason },
    });
  }
  return { added: added.length, rejected };
}

/** Reasons that only the person concerned can take back. */
const final = ["complained", "unsubscribed"];

/** @throws AppError not_found; forbidden when the address is closed for the whole organization or by its owner's own wish */
export async function removeSuppression(tx: TenantTx, userId: string, id: string): Promise<void> {
  const [found] = await tx.select().from(suppressions).where(eq(suppressions.id, id));
  if (!found) throw new AppError("not_found", "This suppression does not exist.");
  if (found.scope === "tenant")
    throw new AppError("forbidden", "This address is closed for the whole organization, and stays so.");
  if (final.includes(found.reason) && found.source !== "manual") {
    throw new AppError(
      "forbidden",
      "This person asked for it. Only they can take it back, with the link in any mail they got from you.",
    );
  }
  await tx.delete(suppressions).where(eq(suppressions.id, id));
  await recordAct(tx, {
    actorId: userId,
    action: "suppression.removed",
    resourceType: "suppression",
    resourceId: id,
    before: { email: found.emailNormalized, reason: found.reason },
  });
}
