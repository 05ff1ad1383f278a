import { sql } from "drizzle-orm";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { checkDelivery } from "./delivery.ts";

vi.hoisted(() => Object.assign(process.env, { ALLOW_PRIVATE_HOSTS: "true" }));

const draft = { subject: "Hello", previewText: "", text: null, contactId: null, json: null };
const words = `<p>${"There are enough words in this mail for anybody to know what it is about. ".repeat(3)}</p>`;

test("what receivers hold against a template is told beside its preview, and nothing of one that is new", async () => {
  const { caller } = await newTenant();
  const hints = async (html: string) => (await caller.templates.preview({ ...draft, html })).hints;
  expect(await hints("")).toEqual([]);
  expect(await hints(words)).toEqual([]);
  const found = await hints(`${words}<img src="https://x.example/a.png"><form></form>{{ frist_name }}`);
  expect(found.map((hint) => hint.split(/[:,(]/)[0])).toEqual([
    "No field is called frist_name. Did you mean first_name?",
    "1 image has no alternative text ",
    "The HTML has <form>",
  ]);
});

test("the links of a template are asked on demand, each once", async () => {
  const heard: string[] = [];
  const site = createServer(({ method, url }, response) => {
    heard.push(`${method} ${url}`);
    response.writeHead(url === "/gone" ? 410 : 200).end();
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void site.close());
  const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  const { caller, scope } = await newTenant();
  const link = (path: string) => `<a href="${origin}${path}">A word</a>`;
  await withTenant(scope, (tx) => tx.execute(sql`update workspaces set postal_address = null`));
  const unmade = link("/at?{{ company.address | required }}");
  const html = `${words}${link("/gone")}${link("/here")}${link("/here#there")}${unmade}<a href="{{ unsubscribe_url }}">Leave</a>`;
  expect(await caller.templates.checkDelivery({ ...draft, html })).toEqual({
    asked: 2,
    left: 0,
    problems: [
      `The link “A word” to ${origin}/gone does not work. 127.0.0.1 answers with status 410: there is no such page. Correct the address.`,
    ],
    spam: null,
  });
  expect(heard.sort()).toEqual(["GET /gone", "HEAD /gone", "HEAD /here"]);
  const { spam } = await checkDelivery(scope, { ...draft, html: words }, "127.0.0.1:1");
  expect(spam).toEqual({ score: null, failure: expect.stringContaining("SPAMD_ADDRESS") as string });
  await expect(caller.templates.checkDelivery({ ...draft, html: "{% if %}" })).rejects.toMatchObject({
    code: "BAD_REQUEST",
  });
});
