import { Readable } from "node:stream";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { asOwner } from "#db/testing-database";
import { openDownload, signDownload } from "#server/exports/download";
import { holdOffExports } from "#server/exports/progress";
import { exported, exportFile } from "#server/exports/testing";
import { importFile } from "#server/imports/testing";
import { mailable } from "#server/messages/mailable";
import { storage } from "#server/storage";

test("an erased person is nowhere but in the audit log, and the address stays closed to mail", async () => {
  const tenant = await newTenant();
  const { caller, scope } = tenant;
  const secret = "ada.quillfeather@secret.example";
  const earlier = await caller.contacts.create({ email: secret, first_name: "Quillfeather the elder" });
  await caller.contacts.delete(earlier);
  const { id } = await caller.contacts.create({
    email: secret,
    last_name: "Quillfeather",
    phone: "+44 1815 100200",
  });
  await caller.contacts.addTag({ id, tag: "countess" });
  const list = await caller.lists.create({ name: "Poets" });
  await caller.lists.add({ id: list.id, contactIds: [id] });
  await withTenant(scope, async (tx) => {
    const [job] = await tx.execute<{ id: string }>(
      sql`insert into import_jobs (file_name, status) values ('poets.csv', 'completed') returning id`,
    );
    await tx.execute(sql`insert into import_events (import_job_id, contact_id, contact_email, event_type, new_data)
      values (${job?.id}::uuid, ${id}::uuid, ${secret}, 'created', '{"last_name": "Quillfeather"}')`);
    await tx.execute(sql`insert into import_row_errors (import_job_id, row_no, code, message, raw_row)
      values (${job?.id}::uuid, 7, 'date_invalid', 'Not a day.', '["ADA.Quillfeather@secret.example", "Quillfeather"]')`);
    await tx.execute(sql`insert into import_row_errors (import_job_id, row_no, code, message, raw_row, corrected_row)
      values (${job?.id}::uuid, 8, 'email_invalid', 'No address.', '["a.q"]', '["ada.quillfeather@secret.example", "Q"]')`);
    await tx.execute(sql`insert into import_events (import_job_id, contact_id, contact_email, row_no, event_type)
      values (${job?.id}::uuid, ${id}::uuid, ${secret}, 9, 'skipped')`);
    await tx.execute(sql`insert into import_row_errors (import_job_id, row_no, code, message, severity, value)
      values (${job?.id}::uuid, 9, 'phone_invalid', 'No phone.', 'warning', 'Quillfeather 12')`);
    await tx.execute(sql`insert into contact_edits (action, change, selection, summary, status)
      values ('archive', '{}', ${JSON.stringify({ filter: { q: secret, tag: ["a"] } })}::jsonb, 'Archive', 'completed')`);
    await tx.execute(sql`insert into content.email_messages (contact_id, from_email, to_email, subject, delivery_status)
      values (${id}::uuid, 'me@example.com', ${secret}, 'Dear Ms Quillfeather', 'sent')`);
    await tx.execute(sql`insert into email_drafts (contact_id, draft_type, subject, body, edited_body)
      values (${id}::uuid, 'first_outreach', 'Dear Ms Quillfeather', 'x', 'Yours, Quillfeather')`);
  });
  await caller.suppressions.add({ emails: secret, reason: "competitor", scope: "workspace" });
  for (const suppression of (await caller.suppressions.list({})).rows)
    await caller.suppressions.remove({ id: suppression.id, evidence: "A mistake." });
  await caller.contacts.unsubscribe({ id });
  const exportId = await exportFile(tenant, { of: { kind: "filter", filter: { q: "ada.quill" } } });
  const link = (await signDownload(scope, exportId)).path.replace("/api/exports/", "");
  const dead = `${scope.tenantId}/${scope.workspaceId}/exports/${exportId}/0.csv`;
  await storage.put(dead, Readable.from([Buffer.from("Quillfeather")]));
  await caller.contacts.erase({ id });
  for await (const key of storage.list()) expect(key).not.toContain(`${scope.workspaceId}/exports/`);
  await expect(openDownload(link)).rejects.toMatchObject({ code: "not_found" });

  const tables = await withTenant(scope, (tx) =>
    tx.execute<{ name: string }>(sql`
      select table_schema || '.' || table_name as name from information_schema.tables
      where table_schema in ('public', 'content') and table_type = 'BASE TABLE' and table_name <> 'audit_log'
        and has_table_privilege(quote_ident(table_schema) || '.' || quote_ident(table_name), 'select')`),
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const [schema = "", table = ""] = name.split(".");
    const rows = await withTenant(scope, (tx) =>
      tx.execute(sql`select 1 from ${sql.identifier(schema)}.${sql.identifier(table)} t
        where t::text ilike '%quillfeather%' or replace(t::text, ' ', '') like '%+441815%' limit 1`),
    );
    if (rows.length > 0) found.push(name);
  }
  expect(found).toEqual([]);
  expect(tables.length).toBeGreaterThan(60);
  await expect(caller.contacts.byId({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(caller.contacts.erase({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect((await caller.lists.byId({ id: list.id })).count).toBe(0);

  const again = await caller.contacts.create({ email: secret });
  expect((await caller.contacts.hindrances({ id: again.id })).map(({ reason }) => reason)).toEqual([
    expect.stringContaining("unsubscribed"),
  ]);
  const [row] = await withTenant(scope, (tx) =>
    tx.execute<{ mailable: boolean }>(
      sql`select ${mailable} as mailable from contacts c where c.id = ${again.id}::uuid`,
    ),
  );
  expect(row?.mailable).toBe(false);
});

test("the files of an import go with the person they held, as uploaded and as laid out for reading", async () => {
  const tenant = await newTenant();
  const { id: importId } = await importFile(tenant, "email\nada@example.com\nbob@example.com\n");
  const [job] = await withTenant(tenant.scope, (tx) =>
    tx.execute<{ folder: string }>(
      sql`select file_url as folder from import_jobs where id = ${importId}::uuid`,
    ),
  );
  const folder = job?.folder ?? "";
  await storage.put(`${folder}/rows/parts/000000`, Readable.from([Buffer.from("ada")]));
  const { rows } = await tenant.caller.contacts.list({ q: "ada@" });
  await tenant.caller.contacts.erase({ id: rows[0]?.id ?? "" });
  for await (const key of storage.list()) expect(key).not.toContain(folder);
  expect(await tenant.caller.imports.byId({ id: importId })).toMatchObject({ status: "completed" });
});

test("an export that begins while somebody is being erased waits, and does not hold them", async () => {
  const tenant = await newTenant();
  const { id } = await tenant.caller.contacts.create({ email: "ada@example.com" });
  await tenant.caller.contacts.create({ email: "bob@example.com" });
  const file = await withTenant(tenant.scope, async (tx) => {
    await holdOffExports(tx, tenant.workspaceId);
    await tx.execute(sql`update contacts set deleted_at = app_now() where id = ${id}::uuid`);
    const begun = exported(tenant, { fields: ["email"] });
    await expect.poll(() => waiting()).toBe(1);
    return { begun };
  });
  expect((await file.begun).toString("utf8")).toBe("\ufeffemail\r\nbob@example.com\r\n");
});

const waiting = () =>
  asOwner(async (owner) => {
    const [row] = await owner<{ count: number }[]>`
      select count(*)::int as count from pg_locks where locktype = 'advisory' and not granted
        and database = (select oid from pg_database where datname = current_database())`;
    return row?.count;
  });

test("a contact is erased by an admin of its own workspace only, and not while its data is being exported", async () => {
  const [ours, theirs, member] = await Promise.all([
    newTenant(),
    newTenant(),
    newTenant({ roles: ["member"], role: "member" }),
  ]);
  const { id } = await ours.caller.contacts.create({ email: "ada@example.com" });
  await expect(theirs.caller.contacts.erase({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(member.caller.contacts.erase({ id })).rejects.toMatchObject({ code: "FORBIDDEN" });
  await withTenant(ours.scope, (tx) =>
    tx.execute(sql`insert into export_jobs (export_type) values ('full')`),
  );
  await expect(ours.caller.contacts.erase({ id })).rejects.toMatchObject({ code: "CONFLICT" });
});
