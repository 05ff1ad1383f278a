import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { mailable } from "#server/messages/mailable";
import { importFile, type TestTenant, undoFile } from "./testing.ts";

const idsOf = async (tenant: TestTenant) =>
  new Map((await tenant.caller.contacts.list({})).rows.map(({ email, id }) => [email.split("@")[0], id]));
const mayBeMailed = ({ scope }: TestTenant) =>
  withTenant(scope, async (tx) => {
    const rows = await tx.execute<{ email: string }>(
      sql`select email from contacts c where ${mailable} order by 1`,
    );
    return rows.map(({ email }) => email);
  });

test("whoever said stop after a file had said so of them gets no mail when the file is taken back", async () => {
  const tenant = await newTenant();
  const names = ["by-hand", "by-file", "bounced"];
  const file = (status: (name: string) => string) =>
    `email,lifecycle_stage,status\n${names.map((name) => `${name}@example.com,,${status(name)}\n`).join("")}new@example.com,,${status("new")}\n`;
  await importFile(tenant, "email\nby-hand@example.com\nby-file@example.com\nbounced@example.com\n");
  const { id } = await importFile(
    tenant,
    file((name) => (name === "bounced" ? "bounced" : "unsubscribed")),
    { duplicates: "overwrite" },
  );
  expect(await mayBeMailed(tenant)).toEqual([]);
  const ids = await idsOf(tenant);
  for (const name of ["by-hand", "bounced", "new"])
    await tenant.caller.contacts.unsubscribe({ id: ids.get(name) ?? "" });
  await undoFile(tenant, id);
  expect(await mayBeMailed(tenant)).toEqual(["by-file@example.com"]);
  // Somebody noted something of the new one, who stays with it.
  expect([...(await idsOf(tenant)).keys()].sort()).toEqual([...names, "new"].sort());
});

test("whoever was merged with somebody who had said stop gets no mail when a file is taken back", async () => {
  const tenant = await newTenant();
  const header = "email,lifecycle_stage,status\n";
  await importFile(tenant, `${header}other@example.com,,unsubscribed\nkeep@example.com,,\n`);
  const { id } = await importFile(tenant, `${header}keep@example.com,,unsubscribed\n`, {
    duplicates: "overwrite",
  });
  const ids = await idsOf(tenant);
  const { keep, other } = await tenant.caller.contacts.mergePreview({
    keepId: ids.get("keep") ?? "",
    otherId: ids.get("other") ?? "",
  });
  await tenant.caller.contacts.merge({ keep, other, choices: {} });
  await undoFile(tenant, id);
  expect(await mayBeMailed(tenant)).toEqual([]);
});
