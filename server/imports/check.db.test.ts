import { expect, test } from "vitest";
import { newTenant } from "#db/testing";
import { domainsWithoutMail } from "./mail-servers.ts";
import { sampleContacts } from "./sample.ts";
import { check, importFile } from "./testing.ts";
import { copyOf } from "./testing-copy.ts";

test("a dry run writes nothing to contacts, fields, tags or lists, whatever the import would do", async () => {
  const tenant = await newTenant();
  await importFile(tenant, sampleContacts().slice(0, 4000), { newList: "Old", tags: ["old"] });
  const before = await copyOf(tenant.scope);
  const file = `email,level,tags,lists,status\n${Array.from({ length: 40 }, (_, n) => `p${n}@example.com,L${n % 3},t${n},l${n},unsubscribed\n`).join("")}`;
  for (const content of [sampleContacts(), file]) {
    const consent = { basis: "consent", source: "Fair" } as const;
    const { forecast } = await check(tenant, content, {
      newList: "New",
      tags: ["new"],
      consent,
      duplicates: "overwrite",
    });
    expect(forecast?.created).toBeGreaterThan(0);
    expect(await copyOf(tenant.scope)).toEqual(before);
  }
});

test("a dry run names the addresses whose domain takes no mail", async () => {
  const tenant = await newTenant();
  // What the name service says of a domain is kept for an hour.
  await domainsWithoutMail(new Map([["takes-no-mail.dev", 1]]), () => Promise.resolve("none"));
  const { forecast } = await check(
    tenant,
    "email\na@example.com\nb@takes-no-mail.dev\nc@takes-no-mail.dev\n",
  );
  expect(forecast).toMatchObject({ created: 3, errors: 0 });
  expect(forecast?.warnings).toMatchObject([
    { code: "no_mail_server", rows: 2, examples: [{ line: 3, value: "b@takes-no-mail.dev" }] },
  ]);
});
