import { eq, sql } from "drizzle-orm";
import { v7 } from "uuid";
import { campaigns } from "#db/schema/campaigns";
import { emailAccounts } from "#db/schema/email-accounts";
import { workspaces } from "#db/schema/workspaces";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import type { DriverEvent, EventScope } from "#server/drivers/events";
import { AppError } from "#server/errors";
import { lookThroughHeld, replanSteps } from "#server/messages/replan";
import { seal } from "#server/seal";
import { passwordPlace } from "./queries.ts";
import type { MailboxCreateInput, MailboxUpdateInput } from "./schema.ts";

/**
 * Gives a new workspace a sender that works at once: a mailbox of the built-in sandbox, without limits. Call in the
 * workspace's own scope, after its row. Gives the mailbox's id.
 */
export async function insertSandboxMailbox(tx: TenantTx): Promise<string> {
  const rows = await tx.execute<{ id: string }>(sql`
    insert into ${emailAccounts} (email, display_name, provider, status, timezone, lanes, is_default, last_verified_at)
    select 'hello@' || w.slug || '.sandbox.test', w.name, 'sandbox', 'active', w.timezone, 4, true, app_now()
    from ${workspaces} w
    where w.id = nullif(current_setting('app.current_workspace_id', true), '')::uuid
    on conflict (tenant_id, workspace_id, email) do update set updated_at = app_now()
    returning id`);
  const id = rows[0]?.id;
  if (!id) throw new Error("A sandbox mailbox needs the scope of one existing workspace.");
  return id;
}

/**
 * Adds a mailbox of the workspace's own, whose server was just tested. The password is sealed for this row.
 * @throws AppError conflict when the workspace has one of that address
 */
export async function createMailbox(
  tx: TenantTx,
  userId: string,
  input: MailboxCreateInput,
): Promise<{ id: string }> {
  const id = v7();
  const { password, smtpUsername, displayName, ...given } = input;
  const [workspace] = await tx
    .select({ tenantId: workspaces.tenantId, timezone: workspaces.timezone })
    .from(workspaces)
    .where(sql`${workspaces.id} = current_setting('app.current_workspace_id')::uuid`);
  if (!workspace) throw new AppError("not_found", "This workspace does not exist.");
  const rows = await tx
    .insert(emailAccounts)
    .values({
      ...given,
      id,
      provider: "smtp",
      status: "active",
      displayName: displayName || null,
      smtpUsername: smtpUsername || null,
      secretSealed: password ? seal(password, passwordPlace(workspace.tenantId, id)) : null,
      timezone: workspace.timezone,
      lanes: 2,
      lastVerifiedAt: sql`app_now()`,
      createdBy: userId,
    })
    .onConflictDoNothing()
    .returning({ id: emailAccounts.id });
  if (rows.length === 0) {
    const message = `There is a mailbox ${given.email} already.`;
    throw new AppError("conflict", message, { email: message });
  }
  await recordAct(tx, {
    actorId: userId,
    action: "mailbox.created",
    resourceType: "mailbox",
    resourceId: id,
    after: { email: given.email, host: given.smtpHost, port: given.smtpPort },
  });
  return { id };
}

/** Campaigns that wait for it look again at once: send the events after the commit. @throws AppError not_found */
export async function updateMailbox(
  tx: TenantTx,
  { scope, userId }: { scope: EventScope; userId: string },
  input: MailboxUpdateInput,
): Promise<{ events: DriverEvent[] }> {
  const { id, displayName, dailyLimit, hourlyLimit, minDelaySeconds, status } = input;
  const held = await lookThroughHeld(tx, scope, { heldBy: "mailbox" });
  const events = [...held, ...(await replanSteps(tx, scope))];
  const [before] = await tx.select().from(emailAccounts).where(eq(emailAccounts.id, id)).for("no key update");
  if (!before) throw new AppError("not_found", "This mailbox does not exist.");
  const after = { displayName: displayName || null, dailyLimit, hourlyLimit, minDelaySeconds, status };
  // Only by hand can a mailbox be paused and woken; an error or cooling down ends by itself or by a new test.
  const byHand = ["active", "paused"].includes(before.status) || status === "paused";
  await tx
    .update(emailAccounts)
    .set({
      ...after,
      ...(byHand ? { statusReason: null, statusUntil: null } : { status: before.status }),
      updatedAt: sql`app_now()`,
    })
    .where(eq(emailAccounts.id, id));
  await recordAct(tx, {
    actorId: userId,
    action: "mailbox.updated",
    resourceType: "mailbox",
    resourceId: id,
    before: {
      dailyLimit: before.dailyLimit,
      hourlyLimit: before.hourlyLimit,
      minDelaySeconds: before.minDelaySeconds,
      status: before.status,
    },
    after,
  });
  return { events };
}

/** Makes it the one that new campaigns start with. @throws AppError not_found */
export async function makeDefaultMailbox(tx: TenantTx, id: string): Promise<void> {
  const rows = await tx
    .update(emailAccounts)
    .set({ isDefault: sql`${emailAccounts.id} = ${id}::uuid`, updatedAt: sql`app_now()` })
    .where(sql`${emailAccounts.isDefault} or ${emailAccounts.id} = ${id}::uuid`)
    .returning({ id: emailAccounts.id });
  if (!rows.some((row) => row.id === id)) throw new AppError("not_found", "This mailbox does not exist.");
}

/**
 * Removes a mailbox that nothing was sent from; one with a history stays for its numbers and is switched off instead.
 * @throws AppError not_found; conflict when a campaign that is not over uses it, or it is the last one
 */
export async function removeMailbox(
  tx: TenantTx,
  userId: string,
  id: string,
): Promise<"removed" | "disabled"> {
  const [found] = await tx.execute<{
    email: string;
    using: string[] | null;
    used: boolean;
    others: number;
  }>(sql`
    select a.email,
      (select array_agg(k.name order by k.name) from ${campaigns} k where k.email_account_id = a.id
        and k.status <> 'completed' and k.deleted_at is null) as using,
      exists (select from ${campaigns} k where k.email_account_id = a.id)
        or exists (select from content.email_messages m where m.email_account_id = a.id) as used,
      (select count(*) from ${emailAccounts} o where o.id <> a.id and o.status <> 'disabled')::int as others
    from ${emailAccounts} a where a.id = ${id}::uuid for update of a`);
  if (!found) throw new AppError("not_found", "This mailbox does not exist.");
  if (found.using)
    throw new AppError(
      "conflict",
      `It is used by ${found.using.slice(0, 3).join(", ")}. Give these campaigns another mailbox first.`,
    );
  if (found.others === 0) throw new AppError("conflict", "It is the only mailbox. Add another one first.");
  if (found.used)
    await tx
      .update(emailAccounts)
      .set({ status: "disabled", isDefault: false, secretSealed: null, imapSecretSealed: null })
      .where(eq(emailAccounts.id, id));
  else await tx.delete(emailAccounts).where(eq(emailAccounts.id, id));
  await recordAct(tx, {
    actorId: userId,
    action: "mailbox.removed",
    resourceType: "mailbox",
    resourceId: id,
    before: { email: found.email },
  });
  return found.used ? "disabled" : "removed";
}
