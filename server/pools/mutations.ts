import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import type { DriverEvent, EventScope } from "#server/drivers/events";
import { AppError } from "#server/errors";
import { lookThroughHeld, replanSteps } from "#server/messages/replan";
import type { PoolCreateInput, PoolUpdateInput } from "./schema.ts";

/** Throws `invalid` on `members` for a mailbox of nobody's here, `conflict` on `name` for one that is taken. */
export async function createPool(
  tx: TenantTx,
  userId: string,
  input: PoolCreateInput,
): Promise<{ id: string }> {
  const id = v7();
  await refuseTakenName(tx, { id, name: input.name });
  await tx.execute(sql`
    insert into rotation_pools (id, name, strategy, daily_limit_per_account, when_unfit)
    values (${id}::uuid, ${input.name}, ${input.strategy}, ${input.dailyLimitPerAccount}, ${input.whenUnfit ?? "wait"})`);
  await setMembers(tx, { id, ...input });
  await recordAct(tx, {
    actorId: userId,
    action: "pool.created",
    resourceType: "pool",
    resourceId: id,
    after: { ...input },
  });
  return { id };
}

/**
 * Changes a pool, also while campaigns send from it: who was written to from a mailbox that leaves it hears from another
 * one. Throws as `createPool` does, and `not_found`. Send the events after the commit.
 */
export async function updatePool(
  tx: TenantTx,
  { scope, userId }: { scope: EventScope; userId: string },
  { id, ...input }: PoolUpdateInput,
): Promise<{ events: DriverEvent[] }> {
  const held = await lookThroughHeld(tx, scope, { heldBy: "mailbox" });
  const events = [...held, ...(await replanSteps(tx, scope))];
  await refuseTakenName(tx, { id, name: input.name });
  const rows = await tx.execute(sql`
    update rotation_pools set name = ${input.name}, strategy = ${input.strategy},
      daily_limit_per_account = ${input.dailyLimitPerAccount},
      when_unfit = coalesce(${input.whenUnfit ?? null}::text, when_unfit), updated_at = app_now()
    where id = ${id}::uuid returning id`);
  if (rows.length === 0) throw new AppError("not_found", "This pool does not exist any more.");
  await setMembers(tx, { id, ...input });
  await recordAct(tx, {
    actorId: userId,
    action: "pool.updated",
    resourceType: "pool",
    resourceId: id,
    after: { ...input },
  });
  return { events };
}

async function refuseTakenName(tx: TenantTx, { id, name }: { id: string; name: string }): Promise<void> {
  const rows = await tx.execute(
    sql`select id from rotation_pools where name = ${name} and id <> ${id}::uuid limit 1`,
  );
  if (rows.length === 0) return;
  const message = `There is a pool named ${name} already.`;
  throw new AppError("conflict", message, { name: message });
}

async function setMembers(
  tx: TenantTx,
  { id, members }: { id: string; members: PoolCreateInput["members"] },
): Promise<void> {
  const weights = new Map(members.map(({ mailboxId, weight }) => [mailboxId, weight]));
  const ids = sql.param([...weights.keys()]);
  const given = sql`unnest(${ids}::uuid[], ${sql.param([...weights.values()])}::int[]) as g(mailbox_id, weight)`;
  const known = await tx.execute<{ sandbox: boolean }>(sql`
    select a.provider = 'sandbox' as sandbox from email_accounts a join ${given} on g.mailbox_id = a.id
    where a.status <> 'disabled'`);
  const refused = (message: string) => new AppError("invalid", message, { members: message });
  if (known.length < weights.size)
    throw refused("One of these mailboxes does not exist any more. Choose again.");
  if (new Set(known.map(({ sandbox }) => sandbox)).size > 1)
    throw refused("Sandbox mailboxes and real ones do not mix: half of the people would get nothing.");
  await tx.execute(sql`
    delete from pool_members where pool_id = ${id}::uuid and email_account_id <> all(${ids}::uuid[])`);
  await tx.execute(sql`
    insert into pool_members (pool_id, email_account_id, weight) select ${id}::uuid, g.mailbox_id, g.weight from ${given}
    on conflict (tenant_id, pool_id, email_account_id) do update set weight = excluded.weight, status = 'active', updated_at = app_now()`);
}

/** Throws `not_found`; `conflict` while a campaign that is not over sends from it. */
export async function removePool(tx: TenantTx, userId: string, id: string): Promise<void> {
  const [found] = await tx.execute<{ name: string; using: string[] | null }>(sql`
    select p.name, (select array_agg(k.name order by k.name) from campaigns k
      where k.rotation_pool_id = p.id and k.status <> 'completed' and k.deleted_at is null) as using
    from rotation_pools p where p.id = ${id}::uuid for update of p`);
  if (!found) throw new AppError("not_found", "This pool does not exist any more.");
  if (found.using)
    throw new AppError(
      "conflict",
      `It is used by ${found.using.slice(0, 3).join(", ")}. Give these campaigns another sender first.`,
    );
  await tx.execute(sql`delete from rotation_pools where id = ${id}::uuid`);
  await recordAct(tx, {
    actorId: userId,
    action: "pool.removed",
    resourceType: "pool",
    resourceId: id,
    before: { name: found.name },
  });
}
