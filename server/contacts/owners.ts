import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { AppError } from "#server/errors";
import { listMembers } from "#server/members/queries";
import { type Author, noteOnTimelines } from "./history.ts";

type Assigning = {
  contactIds: readonly string[];
  /** They take turns, from the one whose turn `first` is, counted from 0 over and over. */
  userIds: readonly string[];
  first: number;
  /** Leaves alone who has an owner. */
  onlyIfNone: boolean;
  author: Author;
};

/** Gives contacts owners, each in turn. Returns how many of them took a turn: who had that owner already did, too. */
export async function assignOwners(
  tx: TenantTx,
  { contactIds, userIds, first, onlyIfNone, author }: Assigning,
): Promise<number> {
  const rows = await tx.execute<{ id: string; owner: string; changed: boolean }>(sql`
    with locked as materialized (
      select id, owner_id from contacts
      where id = any(${sql.param([...contactIds])}::uuid[]) and deleted_at is null and (not ${onlyIfNone} or owner_id is null)
      order by id for update
    ), dealt as (
      select id, owner_id as before,
        (${sql.param([...userIds])}::uuid[])[1 + (${first}::bigint + row_number() over (order by id) - 1) % ${userIds.length}::bigint] as owner
      from locked
    ), given as (
      update contacts c set owner_id = d.owner, version = version + 1, updated_at = app_now()
      from dealt d where c.id = d.id and d.before is distinct from d.owner
    )
    select id, owner, before is distinct from owner as changed from dealt`);
  const changed = rows.filter((row) => row.changed);
  for (const [ownerId, people] of Map.groupBy(changed, ({ owner }) => owner)) {
    const [user] = await tx.execute<{ name: string }>(
      sql`select name from users where id = ${ownerId}::uuid`,
    );
    await noteOnTimelines(
      tx,
      people.map(({ id }) => id),
      { type: "contact.owner_changed", ...author, data: { owner: user?.name ?? "" } },
    );
  }
  return rows.length;
}

type Chosen = { id: string; userId: string | null };

/** Puts a member in charge of a contact, or nobody. @throws AppError not_found; invalid for somebody who is no member */
export async function chooseOwner(
  tx: TenantTx,
  { id, userId }: Chosen,
  { actorId, workspaceId }: { actorId: string; workspaceId: string },
): Promise<void> {
  const [before] = await tx.execute<{ owner: string | null }>(
    sql`select owner_id as owner from contacts where id = ${id}::uuid and deleted_at is null for update`,
  );
  if (!before) throw new AppError("not_found", "No such contact.");
  if (before.owner === userId) return;
  if (userId === null) {
    await tx.execute(
      sql`update contacts set owner_id = null, version = version + 1, updated_at = app_now() where id = ${id}::uuid`,
    );
    await noteOnTimelines(tx, [id], { type: "contact.owner_changed", actorId, data: { owner: null } });
  } else {
    const members = await listMembers(tx, workspaceId);
    if (!members.some((member) => member.userId === userId))
      throw new AppError("invalid", "Choose a member of this workspace.", { userId: "Choose a member." });
    await assignOwners(tx, {
      contactIds: [id],
      userIds: [userId],
      first: 0,
      onlyIfNone: false,
      author: { actorId },
    });
  }
  await recordAct(tx, {
    actorId,
    action: "contact.owner_changed",
    resourceType: "contact",
    resourceId: id,
    before: { ownerId: before.owner },
    after: { ownerId: userId },
  });
}
