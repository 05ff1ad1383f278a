import { sql } from "drizzle-orm";
import { text } from "node:stream/consumers";
import { v7 } from "uuid";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { importFile, type TestTenant } from "#server/imports/testing";
import { openDownload, signDownload } from "./download.ts";
import { createExport } from "./mutations.ts";
import { takeExport, writeExport } from "./run.ts";

const people = `email,first_name,plan,tags
a@example.com,"=HYPERLINK(""x"")",pro,vip
b@example.com,"Zoë, ""the"" Bee",,
c@example.com,+49 30 123,free,new|vip
`;

/** Asks for an export and writes it, as the durable function does. */
async function exportFile(tenant: TestTenant, segmentId: string | null = null): Promise<string> {
  const key = v7();
  await withTenant(tenant.scope, (tx) =>
    createExport(tx, { key, segmentId, includeCustomFields: true }, tenant.scope),
  );
  const fence = await takeExport(tenant.scope, key, v7());
  if (fence === null) throw new Error("The export could not be taken over.");
  await writeExport(tenant.scope, key, fence);
  return key;
}

async function download(tenant: TestTenant, id: string): Promise<string> {
  const { path } = await signDownload(tenant.scope, id);
  return text((await openDownload(path.replace("/api/exports/", ""))).stream);
}

test("an export holds every field, guards formulas, and imported elsewhere gives the same contacts", async () => {
  const [ours, theirs] = await Promise.all([newTenant(), newTenant()]);
  await importFile(ours, people);
  const file = await download(ours, await exportFile(ours));
  expect(file.split("\r\n")[1]).toMatch(/^a@example\.com,"'=HYPERLINK\(""x""\)",/);
  expect(file).toContain("+49 30 123");
  await importFile(theirs, file);
  const contents = (tenant: TestTenant) =>
    withTenant(tenant.scope, async (tx) => [
      ...(await tx.execute(sql`select email, first_name, custom_fields ->> 'plan' as plan,
        array(select t.name::text from contact_tags ct join tags t on t.id = ct.tag_id where ct.contact_id = c.id order by 1) as tags
        from contacts c order by email`)),
    ]);
  expect(await contents(theirs)).toEqual(await contents(ours));
});

test("an export of a list holds its members only", async () => {
  const tenant = await newTenant();
  await importFile(tenant, people);
  const list = await tenant.caller.lists.create({ name: "Some" });
  await tenant.caller.lists.addAddresses({ id: list.id, emails: ["c@example.com"] });
  const id = await exportFile(tenant, list.id);
  expect(
    (await download(tenant, id))
      .trim()
      .split("\r\n")
      .slice(1)
      .map((line) => line.split(",")[0]),
  ).toEqual(["c@example.com"]);
  expect((await tenant.caller.exports.list({})).rows).toMatchObject([
    { id, status: "completed", total: 1, what: 'List "Some"' },
  ]);
});

test("a run that was taken over cannot finish the export", async () => {
  const tenant = await newTenant();
  await importFile(tenant, people);
  const key = v7();
  await withTenant(tenant.scope, (tx) => createExport(tx, { key, includeCustomFields: true }, tenant.scope));
  const dead = (await takeExport(tenant.scope, key, "dead")) ?? 0;
  expect(await takeExport(tenant.scope, key, "impatient")).toBe(null);
  await moveClock("1 hour");
  const fence = (await takeExport(tenant.scope, key, "alive")) ?? 0;
  await expect(writeExport(tenant.scope, key, dead)).rejects.toMatchObject({ code: "conflict" });
  expect(await tenant.caller.exports.byId({ id: key })).toMatchObject({ status: "processing" });
  await writeExport(tenant.scope, key, fence);
  expect(await tenant.caller.exports.byId({ id: key })).toMatchObject({ status: "completed", total: 3 });
});

test("a link runs out, cannot be changed, and the file goes after a week", async () => {
  const [tenant, other] = await Promise.all([newTenant(), newTenant()]);
  await importFile(tenant, people);
  const id = await exportFile(tenant);
  const token = (await signDownload(tenant.scope, id)).path.replace("/api/exports/", "");
  await expect(openDownload(token.replace(tenant.tenantId, other.tenantId))).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(openDownload(`${token}x`)).rejects.toMatchObject({ code: "not_found" });
  await expect(signDownload(other.scope, id)).rejects.toMatchObject({ code: "not_found" });
  await moveClock("6 minutes");
  await expect(openDownload(token)).rejects.toMatchObject({ code: "not_found" });
  await moveClock("7 days");
  await expect(signDownload(tenant.scope, id)).rejects.toMatchObject({ code: "not_found" });
  expect((await tenant.caller.exports.list({})).rows).toMatchObject([{ status: "expired" }]);
});

test("exports are for admins, and stay within their workspace", async () => {
  const [tenant, member, other] = await Promise.all([
    newTenant(),
    newTenant({ roles: ["member"], role: "member" }),
    newTenant(),
  ]);
  await expect(member.caller.exports.list({})).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(member.caller.exports.create({ key: v7() })).rejects.toMatchObject({ code: "FORBIDDEN" });
  const list = await tenant.caller.lists.create({ name: "Ours" });
  await expect(other.caller.exports.create({ key: v7(), segmentId: list.id })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
});
