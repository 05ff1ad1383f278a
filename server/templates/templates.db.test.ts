import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { createCampaign, createContact } from "#db/factories";
import { newTenant } from "#db/testing";
import { newColleague } from "#server/testing";

const welcome = {
  name: "Welcome",
  subject: "Hi {{ first_name }}",
  previewText: "",
  html: "<p>Hello {{ first_name|there }} from {{ company.name }}</p>",
};

test("every save is a version, and a save over somebody else's is refused without losing either", async () => {
  const { caller, scope } = await newTenant();
  const { id } = await caller.templates.create(welcome);
  expect(await caller.templates.save({ ...welcome, id, version: 1, subject: "Second" })).toEqual({
    version: 2,
  });
  await expect(caller.templates.save({ ...welcome, id, version: 1, subject: "Lost" })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  expect(await caller.templates.byId({ id })).toMatchObject({
    subject: "Second",
    version: 2,
    status: "active",
  });
  const versions = await withTenant(scope, (tx) =>
    tx.execute<{ subject: string }>(
      sql`select subject from template_versions where template_id = ${id}::uuid order by version_number`,
    ),
  );
  expect(versions.map(({ subject }) => subject)).toEqual(["Hi {{ first_name }}", "Second"]);
});

test("what an editor saves by itself is one version of its writer, and takes nobody else's place", async () => {
  const { caller, ...tenant } = await newTenant();
  const colleague = await newColleague({ ...tenant, caller, email: "" }, "member");
  const { id } = await caller.templates.create(welcome);
  const save = (
    by: { templates: typeof caller.templates },
    version: number,
    html: string,
    replaces: boolean,
  ) => by.templates.save({ ...welcome, id, version, html, replaces });
  const numbers = async () => (await caller.templates.versions({ id })).map(({ number }) => number);
  await save(caller, 1, "<p>a</p>", false);
  await save(caller, 2, "<p>ab</p>", true);
  expect(await numbers()).toEqual([3, 1]);
  await save(colleague.caller, 3, "<p>abc</p>", true);
  expect(await numbers()).toEqual([4, 3, 1]);
  await expect(save(caller, 3, "<p>late</p>", true)).rejects.toMatchObject({ code: "CONFLICT" });
  await colleague.caller.templates.nameVersion({ id, number: 4, label: "Final" });
  await save(colleague.caller, 4, "<p>abcd</p>", true);
  expect(await numbers()).toEqual([5, 4, 3, 1]);
});

test("an earlier version can be looked at and becomes the newest one, and nothing between is lost", async () => {
  const { caller } = await newTenant();
  const { templates } = caller;
  const { id } = await templates.create(welcome);
  await templates.save({ ...welcome, id, version: 1, name: "Renamed", subject: "Second", html: "<p>2</p>" });
  expect(await templates.version({ id, number: 1 })).toMatchObject({
    subject: welcome.subject,
    html: welcome.html,
  });
  await expect(templates.restore({ id, number: 1, version: 1 })).rejects.toMatchObject({ code: "CONFLICT" });
  expect(await templates.restore({ id, number: 1, version: 2 })).toEqual({ version: 3 });
  expect(await templates.byId({ id })).toMatchObject({
    name: "Renamed",
    subject: welcome.subject,
    version: 3,
  });
  expect((await templates.versions({ id })).map(({ number, subject }) => [number, subject])).toEqual([
    [3, welcome.subject],
    [2, "Second"],
    [1, welcome.subject],
  ]);
  const missing = templates.version({ id, number: 9 });
  await expect(missing).rejects.toMatchObject({
    code: "NOT_FOUND",
    message: "This template has no version 9.",
  });
  const stranger = await newTenant();
  await expect(stranger.caller.templates.versions({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("a mistake is kept as a draft and named where it stands", async () => {
  const { caller } = await newTenant();
  const { id } = await caller.templates.create({ ...welcome, html: "<p>\n{% frob %}</p>" });
  const template = await caller.templates.byId({ id });
  expect(template.status).toBe("draft");
  expect(template.problems.html).toMatchObject([
    { line: 2, column: 1, message: expect.stringContaining("frob") as string },
  ]);
  const preview = await caller.templates.preview({ ...template, contactId: null });
  expect(preview).toMatchObject({ message: null, problems: template.problems });
});

test("a preview shows what this contact would get, and what would be empty or is unknown", async () => {
  const { caller, scope } = await newTenant();
  const contactId = await withTenant(scope, (tx) =>
    createContact(tx, { email: "bo@example.org", firstName: "Bo <3" }),
  );
  const html = "<p>{{ first_name }}, {{ city }} {{ frist_name }}</p>";
  const { message, hints } = await caller.templates.preview({ ...welcome, html, contactId });
  expect(message).toMatchObject({ subject: "Hi Bo <3", to: "bo@example.org" });
  expect(message?.html).toContain("Bo &lt;3,");
  expect(message?.text).toContain("Unsubscribe:");
  expect(hints).toEqual(["No field is called frist_name. Did you mean first_name?", "city is empty."]);
});

test("a check of everybody tells how many would get a gap or no mail at all, and who, as rendering sees it", async () => {
  const { caller, scope } = await newTenant();
  await withTenant(scope, async (tx) => {
    await createContact(tx, {
      email: "full@x.example",
      firstName: "Ana",
      company: "A",
      customFields: { plan: "p" },
    });
    await createContact(tx, {
      email: "blank@x.example",
      firstName: " ",
      company: null,
      customFields: { plan: "" },
    });
    await createContact(tx, { email: "gone@x.example", status: "unsubscribed" });
  });
  const check = (html: string) =>
    caller.templates.emptyMerges({
      ...{ subject: "Hi {{ first_name }}", previewText: "", html },
      audience: { everyone: true },
    });
  const html =
    "{{ company | required }} {{ custom.plan }} {{ city|there }} {% if phone %}{{ phone }}{% endif %} {{ tags }}";
  const blank = [expect.objectContaining({ email: "blank@x.example" })];
  expect(await check(html)).toEqual({
    ...{ looked: 2, capped: false, people: 2 },
    fields: [
      { path: "company", label: "Company", required: true, count: 1, examples: blank },
      { path: "tags", label: "Tags", required: false, count: 2, examples: expect.any(Array) as unknown },
      { path: "first_name", label: "First name", required: false, count: 1, examples: blank },
      { path: "custom.plan", label: "custom.plan", required: false, count: 1, examples: blank },
    ],
  });
  expect(await check("{{ email }}")).toMatchObject({ people: 1, fields: [{ path: "first_name" }] });
  await expect(check("{% frob %}")).rejects.toMatchObject({
    message: expect.stringContaining("mistake") as string,
  });
  const found = await caller.templates.previewContacts({ q: "blank@" });
  expect(found.map(({ email }) => email)).toEqual(["blank@x.example"]);
});

test("names are taken once, copies get a free one, and a template in use is not deleted", async () => {
  const { caller, scope } = await newTenant();
  const { id } = await caller.templates.create(welcome);
  await expect(caller.templates.create(welcome)).rejects.toMatchObject({ code: "CONFLICT" });
  const copies = [await caller.templates.duplicate({ id }), await caller.templates.duplicate({ id })];
  expect((await caller.templates.list({})).rows.map(({ name }) => name)).toEqual([
    "Welcome (copy 2)",
    "Welcome (copy)",
    "Welcome",
  ]);
  await withTenant(scope, (tx) =>
    createCampaign(tx, { status: "paused", steps: [{ stepType: "email", templateId: id }] }),
  );
  const [use] = await caller.templates.usage({ id });
  expect(use).toMatchObject({ step: 1, status: "paused", holds: true });
  await expect(caller.templates.remove({ id })).rejects.toMatchObject({
    code: "CONFLICT",
    message: expect.stringContaining(`“${use?.campaign}”, which is not over`) as string,
  });
  await caller.templates.remove({ id: copies[0]?.id ?? "" });
  expect((await caller.templates.list({ q: "copy" })).rows).toHaveLength(1);
  await caller.templates.create({ ...welcome, name: "Welcome (copy)" });
});

test("templates are found by category, folder and tag, keep all three when copied, and outlive their folder", async () => {
  const { caller } = await newTenant();
  const { templates } = caller;
  const { id } = await templates.create(welcome);
  await templates.create({ ...welcome, name: "Other" });
  const folder = await templates.createFolder({ name: "Spring" });
  await expect(templates.createFolder({ name: "Spring" })).rejects.toMatchObject({ code: "CONFLICT" });
  await templates.place({
    ...{ id, category: "Newsletter", folderId: folder.id },
    tags: ["News", "news", "vip"],
  });
  await templates.save({ ...welcome, id, version: 1, subject: "Second" });
  await templates.restore({ id, number: 1, version: 2 });
  const copy = await templates.duplicate({ id });
  const found = async (view: Parameters<typeof templates.list>[0]) =>
    (await templates.list(view)).rows.map((row) => row.id);
  expect(await found({ folder: folder.id })).toEqual([copy.id, id]);
  expect(await found({ tag: "NEWS" })).toEqual([copy.id, id]);
  expect(await found({ category: "Newsletter" })).toEqual([copy.id, id]);
  expect(await found({ category: "Event" })).toEqual([]);
  expect(await templates.tags()).toEqual(["news", "vip"]);
  expect(await templates.folders()).toEqual([{ id: folder.id, name: "Spring", templates: 2 }]);
  await templates.renameFolder({ id: folder.id, name: "Summer" });
  await templates.removeFolder({ id: folder.id });
  expect(await templates.byId({ id })).toMatchObject({
    ...{ category: "Newsletter", folderId: null, tags: ["news", "vip"] },
  });
  const stranger = await newTenant();
  const theirs = await stranger.caller.templates.createFolder({ name: "Spring" });
  await expect(templates.place({ id, category: null, folderId: theirs.id, tags: [] })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
});

test("an archived template is offered to nobody and cannot be changed until it is taken out again", async () => {
  const { caller } = await newTenant();
  const { templates, campaigns } = caller;
  const { id } = await templates.create(welcome);
  await templates.archive({ id });
  expect((await templates.list({})).rows).toEqual([]);
  expect((await templates.list({ archived: "yes" })).rows).toMatchObject([{ id, status: "archived" }]);
  expect(await campaigns.templates()).toEqual([]);
  await expect(templates.save({ ...welcome, id, version: 1 })).rejects.toMatchObject({
    message: expect.stringContaining("archived") as string,
  });
  await templates.unarchive({ id });
  expect(await templates.byId({ id })).toMatchObject({ status: "active" });
});

test("a version keeps all four parts, and may be given a name", async () => {
  const { caller } = await newTenant();
  const { templates } = caller;
  const first = { ...welcome, previewText: "first line", text: "Own text" };
  const { id } = await templates.create(first);
  await templates.save({ ...welcome, id, version: 1 });
  await templates.nameVersion({ id, number: 1, label: "As approved" });
  expect((await templates.versions({ id })).map(({ label }) => label)).toEqual([null, "As approved"]);
  await templates.restore({ id, number: 1, version: 2 });
  expect(await templates.byId({ id })).toMatchObject(first);
  const { message } = await templates.preview({ ...first, contactId: null });
  expect(message?.text).toMatch(/^Own text/);
});

test("a test goes to five addresses at most", async () => {
  const { caller } = await newTenant();
  const send = (to: string) => caller.templates.sendTest({ ...welcome, contactId: null, to });
  await expect(send("a@b.example,".repeat(6))).rejects.toMatchObject({
    message: expect.stringContaining("at most 5") as string,
  });
  await expect(send("not an address")).rejects.toMatchObject({ code: "BAD_REQUEST" });
});

test("another tenant's template does not exist here, and a viewer changes none", async () => {
  const [ours, theirs, viewer] = await Promise.all([
    newTenant(),
    newTenant(),
    newTenant({ roles: ["member"], role: "viewer" }),
  ]);
  const { id } = await ours.caller.templates.create(welcome);
  const attempts = [
    () => theirs.caller.templates.byId({ id }),
    () => theirs.caller.templates.save({ ...welcome, id, version: 1 }),
    () => theirs.caller.templates.duplicate({ id }),
    () => theirs.caller.templates.remove({ id }),
  ];
  for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(viewer.caller.templates.create(welcome)).rejects.toMatchObject({ code: "FORBIDDEN" });
});
