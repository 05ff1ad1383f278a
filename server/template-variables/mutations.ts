import { sql } from "drizzle-orm";
import { violates } from "#db/errors";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { AppError } from "#server/errors";
import { listUsesOf } from "./queries.ts";
import type { TemplateVariableInput } from "./schema.ts";

/** Throws `conflict` when there is a variable of this name. */
export async function createTemplateVariable(
  tx: TenantTx,
  { key, value }: TemplateVariableInput,
  actorId: string,
): Promise<{ id: string }> {
  const [made] = await tx
    .execute<{ id: string }>(
      sql`insert into template_variables (key, default_value) values (${key}, ${value}) returning id`,
    )
    .catch((error: unknown) => {
      if (!violates(error, "template_variables_key_unique")) throw error;
      const sentence = `There is a variable called ${key} already. Edit that one, or choose another name.`;
      throw new AppError("conflict", sentence, { key: sentence }, { cause: error });
    });
  if (!made) throw new Error("insert into template_variables returned no row.");
  await note(tx, actorId, "created", made.id, { after: { key, value } });
  return made;
}

/** What the variable says in every mail that is made from now on. Throws `not_found`. */
export async function updateTemplateVariable(
  tx: TenantTx,
  { id, value }: { id: string; value: string },
  actorId: string,
): Promise<void> {
  const before = await lockVariable(tx, id);
  await tx.execute(
    sql`update template_variables set default_value = ${value}, updated_at = app_now() where id = ${id}::uuid`,
  );
  await note(tx, actorId, "updated", id, { before, after: { key: before.key, value } });
}

/** Throws `not_found`; `conflict` while a template or a campaign that may yet send names it. */
export async function removeTemplateVariable(tx: TenantTx, id: string, actorId: string): Promise<void> {
  const before = await lockVariable(tx, id);
  const uses = await listUsesOf(tx, before.key);
  if (uses.length > 0) {
    const named = uses.slice(0, 3).map((name) => `“${name}”`);
    const more = uses.length > 3 ? " and others" : "";
    throw new AppError(
      "conflict",
      `${before.key} is named in ${named.join(", ")}${more}, which would have a gap there: take it out of these first.`,
    );
  }
  await tx.execute(sql`delete from template_variables where id = ${id}::uuid`);
  await note(tx, actorId, "removed", id, { before });
}

async function lockVariable(tx: TenantTx, id: string): Promise<{ key: string; value: string }> {
  const [row] = await tx.execute<{ key: string; value: string }>(sql`
    select key, coalesce(default_value, '') as value from template_variables where id = ${id}::uuid for update`);
  if (!row) throw new AppError("not_found", "There is no such variable any more.");
  return row;
}

const note = (
  tx: TenantTx,
  actorId: string,
  what: "created" | "updated" | "removed",
  resourceId: string,
  values: { before?: Record<string, unknown>; after?: Record<string, unknown> },
) =>
  recordAct(tx, {
    actorId,
    action: `template_variable.${what}`,
    resourceType: "template_variable",
    resourceId,
    ...values,
  });
