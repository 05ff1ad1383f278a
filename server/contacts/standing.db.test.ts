import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createContacts, createTenant } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { mailable } from "#server/messages/mailable";
import { archiveContacts, restoreContacts, unsubscribeContacts } from "./lifecycle.ts";
import { updateContact } from "./mutations.ts";
import { contactUpdate } from "./schema.ts";

const acts = ["archive", "restore", "unsubscribe", "bounce", "complain", "move"] as const;
type Act = (typeof acts)[number];

/** Every sequence of so many acts, none of them twice at once. */
const sequences = (length: number): Act[][] =>
  length === 0
    ? [[]]
    : sequences(length - 1).flatMap((before) =>
        acts.filter((act) => act !== before.at(-1)).map((act) => [...before, act]),
      );

/** Longer ones that went wrong, or nearly. */
const more: Act[][] = [
  ["bounce", "archive", "unsubscribe", "restore", "move"],
  ["archive", "unsubscribe", "bounce", "move", "restore"],
  ["complain", "archive", "move", "restore", "move"],
  ["unsubscribe", "bounce", "move", "bounce", "move"],
];

/** What is true of a person after these acts. */
function meant(done: readonly Act[]) {
  const last = (...those: Act[]) => done.findLast((act) => those.includes(act));
  const archived = last("archive", "restore") === "archive";
  const saidStop = done.includes("unsubscribe") || done.includes("complain");
  const unreachable = last("bounce", "move") === "bounce";
  return { archived, mailable: !archived && !saidStop && !unreachable };
}

test("whatever befalls a contact in whatever order, who said stop stays unmailed and who is archived stays archived", async () => {
  const { scope, userId } = await createTenant();
  const author = { actorId: null };
  // Files and reports bring a status without its moment too.
  const plans = [...sequences(3), ...more].flatMap((plan) =>
    (plan.includes("bounce") || plan.includes("complain") ? [false, true] : [false]).map((silent) => ({
      plan,
      silent,
    })),
  );
  const ids = await withTenant(scope, (tx) =>
    createContacts(
      tx,
      plans.map((_, n) => ({ email: `p${n}@odd.test` })),
    ),
  );
  const doing = (step: number, act: Act, silent?: boolean) =>
    ids.filter(
      (_, n) => plans[n]?.plan[step] === act && (silent === undefined || plans[n].silent === silent),
    );
  for (const step of [0, 1, 2, 3, 4]) {
    await withTenant(scope, async (tx) => {
      await archiveContacts(tx, doing(step, "archive"), author);
      await restoreContacts(tx, doing(step, "restore"), author);
      await unsubscribeContacts(tx, doing(step, "unsubscribe"), author);
      for (const silent of [false, true])
        for (const [act, status, reason, over] of [
          ["bounce", "bounced", "hard_bounce", ["active"]],
          ["complain", "complained", "complained", ["active", "bounced", "unsubscribed"]],
        ] as const) {
          const those = sql.param(doing(step, act, silent));
          const at = sql.identifier(`${status}_at`);
          await tx.execute(sql`
            update contacts set ${at} = case when ${silent} and status <> 'archived' then ${at} else app_now() end,
              status = case when status = any(${sql.param([...over])}::text[]) then ${status} else status end
            where id = any(${those}::uuid[])`);
          await tx.execute(sql`
            insert into suppressions (email_normalized, scope, workspace_id, reason, source)
            select email_normalized, 'workspace', workspace_id, ${reason}, 'test' from contacts where id = any(${those}::uuid[])
            on conflict do nothing`);
        }
    });
    await withTenant(scope, async (tx) => {
      for (const id of doing(step, "move")) {
        const [held] = await tx.execute<{ version: number }>(
          sql`select version from contacts where id = ${id}::uuid`,
        );
        const moved = { id, version: held?.version ?? 0, email: `moved-${step}-${id}@odd.test` };
        await updateContact(tx, contactUpdate.parse(moved), userId);
      }
    });
  }
  const rows = await withTenant(scope, (tx) =>
    tx.execute<{ id: string; status: string; mailable: boolean }>(
      sql`select c.id, c.status, ${mailable} as mailable from contacts c`,
    ),
  );
  const found = new Map(rows.map((row) => [row.id, row]));
  const seen = plans.map(({ plan, silent }, n) => {
    const row = found.get(ids[n] ?? "");
    return { plan, silent, archived: row?.status === "archived", mailable: row?.mailable };
  });
  expect(seen).toEqual(plans.map(({ plan, silent }) => ({ plan, silent, ...meant(plan) })));
});
