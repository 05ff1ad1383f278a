import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { mailable } from "#server/messages/mailable";

test("an erased person is nowhere but in the audit log, and the address stays closed to mail", async () => {
  const { caller, scope } = await newTenant();
  const secret = "ada.quillfeather@secret.example";
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
    await tx.execute(sql`insert into content.email_messages (contact_id, from_email, to_email, subject, delivery_status)
      values (${id}::uuid, 'me@example.com', ${secret}, 'Dear Ms Quillfeather', 'sent')`);
  });
  await caller.contacts.unsubscribe({ id });
  await caller.contacts.erase({ id });

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
