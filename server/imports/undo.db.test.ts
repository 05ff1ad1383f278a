import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createCampaign } from "#db/factories";
import { type TenantTx, withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { asOwner } from "#db/testing-database";
import { tagContacts } from "#server/tags/mutations";
import { markImportFailed } from "./failures.ts";
import { finishImport, importSlice, takeImport } from "./run.ts";
import { begin, check, detailOf, importFile, takeOver, type TestTenant, undoFile } from "./testing.ts";
import { finishUndo, requestUndo } from "./undo.ts";
import { undoSlices } from "./undo-slices.ts";
import { foreseeKept, type KeptPage, listKept } from "./undo-kept.ts";

const header = "email,first_name,company,plan,tags\n";

/** Everything an undo must bring back, versions and times of change aside. */
const stateOf = (tenant: TestTenant) =>
  withTenant(tenant.scope, async (tx) => ({
    contacts: [
      ...(await tx.execute<{ email: string; first_name: string | null }>(sql`
        select email, first_name, last_name, name, company, job_title, phone, city, custom_fields, status, lifecycle_stage, first_source_import_id
        from contacts order by email_normalized`)),
    ],
    tags: [...(await tx.execute(sql`select name from tags order by name`))],
    tagged: [
      ...(await tx.execute(
        sql`select c.email, t.name from contact_tags ct join tags t on t.id = ct.tag_id join contacts c on c.id = ct.contact_id order by 1, 2`,
      )),
    ],
    lists: [...(await tx.execute(sql`select name, contact_count from segments order by name`))],
    members: [
      ...(await tx.execute(
        sql`select c.email, s.name from segment_contacts sc join segments s on s.id = sc.segment_id join contacts c on c.id = sc.contact_id order by 1, 2`,
      )),
    ],
    fields: [...(await tx.execute(sql`select field_name from custom_field_definitions order by 1`))],
  }));

test("contacts that were mailed, enrolled, tagged, listed or imported again since are kept, each for its reason", async () => {
  const tenant = await newTenant();
  const people = ["mailed", "tagged", "listed", "again", "edited", "moved", "free"];
  const { id } = await importFile(
    tenant,
    `email,first_name\n${people.map((name) => `${name}@example.com,${name}`).join("\n")}\n`,
    { newList: "L" },
  );
  const list = await tenant.caller.lists.create({ name: "Other" });
  await tenant.caller.lists.addAddresses({ id: list.id, emails: ["listed@example.com"] });
  const found = new Map(
    (await tenant.caller.contacts.list({ sort: "email" })).rows.map((contact) => [contact.email, contact.id]),
  );
  const idOf = (name: string) => found.get(`${name}@example.com`) ?? "";
  await withTenant(tenant.scope, async (tx) => {
    await tx.execute(sql`with t as (insert into tags (name) values ('by hand') returning id)
      insert into contact_tags (contact_id, tag_id) select ${idOf("tagged")}::uuid, id from t`);
    await tx.execute(sql`insert into content.email_messages (contact_id, direction, message_type, from_email, to_email, subject)
      values (${idOf("mailed")}::uuid, 'outbound', 'email', 'us@example.com', 'mailed@example.com', 'Hello')`);
    await tx.execute(
      sql`update contacts set company = 'Changed', custom_fields = '{"plan": "pro"}' where id = ${idOf("edited")}::uuid`,
    );
    await tx.execute(
      sql`update contacts set email = 'new@example.com', email_normalized = 'new@example.com' where id = ${idOf("moved")}::uuid`,
    );
  });
  await importFile(tenant, "email,first_name\nagain@example.com,again\n");
  const { undoReport } = await undoFile(tenant, id);
  expect(undoReport).toMatchObject({
    deleted: 1,
    kept: 6,
    reasons: { mailed: 1, tagged: 1, reimported: 1, edited: 3 },
  });
  const { rows: kept } = await tenant.caller.imports.kept({ id });
  expect(kept.map(({ email, reason, fields }) => [email, reason, ...fields]).sort()).toEqual([
    ["again@example.com", "reimported"],
    ["edited@example.com", "edited", "company", "custom.plan"],
    ["listed@example.com", "edited"],
    ["mailed@example.com", "mailed"],
    ["moved@example.com", "edited", "email"],
    ["tagged@example.com", "tagged"],
  ]);
  expect((await stateOf(tenant)).contacts.map(({ email }) => email)).not.toContain("free@example.com");
});

test("a tag that somebody took away and put back since is theirs, and stays", async () => {
  const tenant = await newTenant();
  await importFile(tenant, "email\nhere@example.com\n");
  const file = "email,first_name\nhere@example.com,Here\nnew@example.com,New\nfree@example.com,Free\n";
  const { id } = await importFile(tenant, file, { tags: ["fair"], duplicates: "overwrite" });
  await withTenant(tenant.scope, async (tx) => {
    await tx.execute(sql`delete from contact_tags`);
    const [tag] = await tx.execute<{ id: string }>(sql`select id from tags`);
    const people = await tx.execute<{ id: string }>(
      sql`select id from contacts where email <> 'free@example.com'`,
    );
    await tagContacts(
      tx,
      tag?.id ?? "",
      people.map(({ id: who }) => who),
    );
  });
  const { undoReport } = await undoFile(tenant, id);
  expect(undoReport).toMatchObject({ restored: 1, deleted: 1, kept: 1, reasons: { tagged: 1 } });
  expect((await stateOf(tenant)).tagged).toEqual([
    { email: "here@example.com", name: "fair" },
    { email: "new@example.com", name: "fair" },
  ]);
});

test("an undo that dies is gone on with, and nothing is taken back twice", async () => {
  const tenant = await newTenant();
  await importFile(tenant, `${header}a@example.com,Ada,,,\nb@example.com,Bob,,,\n`);
  const start = await stateOf(tenant);
  const { id } = await importFile(
    tenant,
    `${header}a@example.com,Anna,,,x\nb@example.com,Robert,,,\nc@example.com,Cy,,,\n`,
  );
  await withTenant(tenant.scope, (tx) => requestUndo(tx, id, tenant.userId));
  const dead = await takeOver(tenant, id);
  const slice = { size: 1, slicesMax: 1 };
  expect(await undoSlices(tenant.scope, id, dead, slice)).toMatchObject({ done: false });
  await moveClock("10 minutes");
  const fence = await takeOver(tenant, id);
  expect(await undoSlices(tenant.scope, id, dead, slice)).toMatchObject({ done: true });
  while (!(await undoSlices(tenant.scope, id, fence, slice)).done);
  await finishUndo(tenant.scope, id, fence);
  expect(await detailOf(tenant, id)).toMatchObject({ undoReport: { deleted: 1, restored: 2, kept: 0 } });
  expect(await stateOf(tenant)).toEqual(start);
  await expect(tenant.caller.imports.undo({ id })).resolves.toEqual({ id });
  expect(await stateOf(tenant)).toEqual(start);
});

test("a run that came to import does not keep the undo waiting, and its failure ends nothing of others", async () => {
  const tenant = await newTenant();
  const { id } = await importFile(tenant, `${header}a@example.com,Ada,,,\n`);
  await withTenant(tenant.scope, (tx) => requestUndo(tx, id, tenant.userId));
  expect(await takeImport(tenant.scope, id, "late", ["check", "import"])).toBe(null);
  const { tenantId, workspaceId } = tenant;
  const failed = { run_id: "late", event: { data: { tenantId, workspaceId, importId: id, fence: 1 } } };
  // While the undo waits for its run, and while that is at work.
  await markImportFailed(failed, new Error("gone"));
  const fence = await takeOver(tenant, id);
  await markImportFailed(failed, new Error("gone"));
  expect(await undoSlices(tenant.scope, id, fence)).toMatchObject({ done: true });
  await finishUndo(tenant.scope, id, fence);
  expect(await detailOf(tenant, id)).toMatchObject({ status: "rolled_back", problem: null });
});

test("slices taken back abreast share no contact, and count each once", async () => {
  const tenant = await newTenant();
  const people = Array.from({ length: 60 }, (_, n) => `p${n}@example.com,P${n},,,spring\n`);
  await importFile(tenant, `${header}${people.slice(0, 20).join("")}`, { newList: "Fair" });
  const start = await stateOf(tenant);
  const [list] = (await tenant.caller.lists.list({})).rows;
  const { id } = await importFile(tenant, `${header}${people.join("").replaceAll(",P", ",Q")}`, {
    listId: list?.id ?? null,
    tags: ["fair"],
  });
  await withTenant(tenant.scope, (tx) => requestUndo(tx, id, tenant.userId));
  const fence = await takeOver(tenant, id);
  const undone = await undoSlices(tenant.scope, id, fence, { size: 3, abreast: 4 });
  expect(undone).toMatchObject({ done: true });
  expect(await detailOf(tenant, id)).toMatchObject({ processedRows: 60 });
  await finishUndo(tenant.scope, id, fence);
  expect(await detailOf(tenant, id)).toMatchObject({ undoReport: { deleted: 40, restored: 20, kept: 0 } });
  expect(await stateOf(tenant)).toEqual(start);
});

test("imports undone in any order end where they began", async () => {
  for (const latestFirst of [true, false]) {
    const tenant = await newTenant();
    await importFile(tenant, `${header}a@example.com,Ada,,free,\nb@example.com,Bea,,,\n`);
    const start = await stateOf(tenant);
    const first = await importFile(
      tenant,
      `${header}a@example.com,Anna,Acme,pro,x\nb@example.com,Bella,,,\n`,
    );
    const second = await importFile(
      tenant,
      `${header}a@example.com,Ann,,team,y\nb@example.com,Bella,New,,\n`,
    );
    for (const { id } of latestFirst ? [second, first] : [first, second]) await undoFile(tenant, id);
    expect(await stateOf(tenant)).toEqual(start);
  }
});

test("the contacts that stay are named page by page, before the undo and after it, none twice and none left out", async () => {
  const tenant = await newTenant();
  const people = Array.from({ length: 40 }, (_, n) => `p${n}@example.com,P${n},,,\n`).join("");
  const { id } = await importFile(tenant, header + people);
  await withTenant(tenant.scope, (tx) =>
    tx.execute(sql`update contacts set first_name = 'By hand', version = version + 1 where email ~ '[05]@'`),
  );
  const pagesOf = async (page: (after: string | null) => Promise<KeptPage>) => {
    const pages: KeptPage[] = [];
    for (let after: string | null = null; pages.length === 0 || after; after = pages.at(-1)?.next ?? null)
      pages.push(await page(after));
    return pages.flatMap(({ rows }) => rows);
  };
  const inScope = <T>(work: (tx: TenantTx) => Promise<T>) => withTenant(tenant.scope, work);
  const foreseen = await pagesOf((after) =>
    inScope((tx) => foreseeKept(tx, id, { after, size: 3, window: 7 })),
  );
  expect(foreseen.map(({ email }) => email)).toHaveLength(8);
  expect(foreseen[0]).toMatchObject({ reason: "edited", fields: ["first_name"] });
  await undoFile(tenant, id);
  expect(await pagesOf((after) => inScope((tx) => listKept(tx, id, { after, size: 3 })))).toEqual(foreseen);
});

test("what the import made stays when somebody built on it since: fields, and the list", async () => {
  const tenant = await newTenant();
  const file = "email,plan,colour\na@example.com,pro,red\n";
  const { id } = await importFile(tenant, file, { newList: "Fair", tags: ["fair"] });
  const [list] = (await tenant.caller.lists.list({})).rows;
  const rules = [
    { field: "list", operator: "in", value: [list?.id ?? ""] },
    { field: "custom.plan", operator: "equals", value: "pro" },
  ] as const;
  await tenant.caller.segments.create({
    name: "Built on it",
    rules: { version: 1, match: "any", rules: [...rules] },
  });
  await undoFile(tenant, id);
  expect(await stateOf(tenant)).toMatchObject({
    contacts: [],
    tags: [],
    lists: [{ name: "Built on it" }, { name: "Fair", contact_count: 0 }],
    fields: [{ field_name: "plan" }],
  });
});

test("what the import made stays when somebody changed it since, or a campaign or a template uses it, and is named", async () => {
  const tenant = await newTenant();
  const { caller, scope } = tenant;
  const fields = ["in_text", "in_template", "listened", "waited", "changed", "unused"];
  const file = `email,${fields.join(",")}\na@example.com,${fields.join(",")}\n`;
  const { id } = await importFile(tenant, file, { newList: "Fair" });
  const [list] = (await caller.lists.list({})).rows;
  await caller.lists.update({ id: list?.id ?? "", name: "Our fair" });
  const defined = await caller.customFields.list();
  const changed = defined.find(({ name }) => name === "changed");
  await caller.customFields.update({ id: changed?.id ?? "", label: "Changed", required: true, options: [] });
  await withTenant(scope, async (tx) => {
    const { campaignId } = await createCampaign(tx, { status: "active", steps: [{ stepType: "email" }] });
    await tx.execute(sql`
      update campaign_steps set email_content = 'Hi {{ custom.in_text | upcase }}, unlike {{ custom.unused_by_us }}',
        wait_duration = '{"until": "event", "event": "field_value", "field": "custom.waited"}'::jsonb
      where campaign_id = ${campaignId}::uuid`);
    await tx.execute(sql`
      insert into campaign_triggers (campaign_id, trigger_type, match) values (${campaignId}::uuid, 'field_changed', 'custom.listened')`);
    await tx.execute(sql`insert into templates (name, html) values ('T', '{{ custom["in_template"] }}')`);
  });
  const { undoReport } = await undoFile(tenant, id);
  const left = await caller.customFields.list();
  expect(left.map(({ name }) => name).sort()).toEqual([
    "changed",
    "in_template",
    "in_text",
    "listened",
    "waited",
  ]);
  expect((await caller.lists.list({})).rows.map(({ name }) => name)).toEqual(["Our fair"]);
  expect(undoReport?.stays).toMatchObject({ lists: ["Our fair"] });
  expect(undoReport?.stays?.fields).toHaveLength(5);
});

test("a field that the import made stays while another import is to write it, and is named", async () => {
  const tenant = await newTenant();
  const file = (who: string) => `email,plan,colour\n${who}@example.com,pro,red\n`;
  const { id } = await importFile(tenant, file("a"));
  const waiting = await check(tenant, "email,colour\nc@example.com,blue\n");
  const other = await check(tenant, "email,plan\nb@example.com,team\n");
  await begin(tenant, other.id);
  expect((await undoFile(tenant, id)).undoReport?.stays).toMatchObject({
    fields: ["colour", "plan"],
    lists: [],
  });
  const fence = await takeOver(tenant, other.id);
  while (!(await importSlice(tenant.scope, other.id, fence)).done);
  await finishImport(tenant.scope, other.id, fence);
  await tenant.caller.imports.cancel({ id: waiting.id });
  expect(await stateOf(tenant)).toMatchObject({
    contacts: [{ email: "b@example.com", custom_fields: { plan: "team" } }],
    fields: [{ field_name: "colour" }, { field_name: "plan" }],
  });
});

test("a contact that the database refuses to take back is named, and the others are taken back", async () => {
  const tenant = await newTenant();
  const people = Array.from({ length: 30 }, (_, n) => `p${n}@example.com,P${n},,,\n`).join("");
  const { id } = await importFile(tenant, header + people);
  const name = `refuse_${id.replaceAll("-", "")}`;
  await asOwner((owner) =>
    owner.unsafe(`
      create function ${name}() returns trigger language plpgsql as $$ begin
        if old.workspace_id = '${tenant.workspaceId}' and old.email = 'p7@example.com' then raise foreign_key_violation; end if;
        return old; end $$;
      create trigger ${name} before delete on contacts for each row execute function ${name}()`),
  );
  const { undoReport } = await undoFile(tenant, id);
  await asOwner((owner) => owner.unsafe(`drop function ${name} cascade`));
  expect(undoReport).toMatchObject({ deleted: 29, failed: 1, reasons: { refused: 1 } });
  expect((await tenant.caller.imports.kept({ id })).rows).toMatchObject([
    { email: "p7@example.com", reason: "refused" },
  ]);
});
