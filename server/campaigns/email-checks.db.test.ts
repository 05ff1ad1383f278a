import { createServer } from "node:http";
import { createServer as createSocketServer, type AddressInfo } from "node:net";
import { sql } from "drizzle-orm";
import { expect, onTestFinished, test, vi } from "vitest";
import { createCampaign, type StepValues } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { newTest } from "#server/ab-tests/schema";
import type { BlockListAnswer } from "#server/domains/block-lists";
import { addVerifiedDomain } from "#server/domains/testing";
import { takeFromLimit } from "#server/rate-limits";
import { checkEmails } from "./email-checks.ts";

vi.hoisted(() => Object.assign(process.env, { ALLOW_PRIVATE_HOSTS: "true" }));

const words = "There are enough words in this mail for anybody to know what it is about. ".repeat(4);

/** A campaign of these emails, one after the other. */
async function campaignOf(...emails: Partial<StepValues>[]) {
  const tenant = await newTenant();
  const { campaignId: id } = await withTenant(tenant.scope, (tx) =>
    createCampaign(tx, {
      name: "Spring news",
      emailAccountId: tenant.emailAccountId,
      steps: emails.map((email) => ({
        stepType: "email" as const,
        subjectLine: "Hello",
        emailContent: `<p>${words}</p>`,
        ...email,
      })),
    }),
  );
  return { ...tenant, id };
}

test("each email is judged as its reader gets it, a variant for what it says otherwise, one that does not parse not at all", async () => {
  const { caller, id, scope } = await campaignOf(
    { subjectLine: "Hello {{ first_name | upcase }} {{ custom.plan | required | upcase }}" },
    {
      emailContent: `<p>${words}</p><img src="https://x.example/{{ first_name }}.png">`,
      test: {
        ...newTest(),
        variants: [
          { weight: 1, changes: {} },
          { weight: 1, changes: { subjectLine: "BUY IT NOW" } },
        ],
      },
    },
    { subjectLine: "LOUD", emailContent: "<p>{% if %}</p>" },
    { emailContent: `<p>${words}</p><a href="https://acme.example/">https://acme.example</a>` },
  );
  const { problems, emails, spam } = await caller.campaigns.checkEmails({ id });
  expect([emails, spam]).toEqual([4, null]);
  expect(problems.map(({ code, message }) => [code, message.split(": ")[0]])).toEqual([
    ["image_alt", "Step 2 (email “Hello”), variant A"],
    ["subject_capitals", "Step 2 (email “Hello”), variant B"],
    ["image_alt", "Step 2 (email “Hello”), variant B"],
  ]);
  expect(problems[0]?.message).toContain("(Ada.png)");
  expect(problems.every(({ severity }) => severity === "warning")).toBe(true);
  const other = await newTenant();
  await expect(other.caller.campaigns.checkEmails({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(scope.workspaceId).not.toBe(other.scope.workspaceId);
});

test("its size is that of what leaves, with addresses that count clicks", async () => {
  const links = (count: number) =>
    Array.from({ length: count }, (_, n) => `<a href="https://a.example/${n}">A word</a> `).join("");
  const { caller, id } = await campaignOf({ emailContent: `<p>${words}</p>${links(1_200)}` });
  const { problems } = await caller.campaigns.checkEmails({ id });
  expect(problems.map(({ code }) => code)).toEqual(["html_size"]);
});

/** A spam filter that gives every mail as many points, until it falls silent; and what it was asked. */
async function filterGiving(points: number, answersMax = Infinity) {
  const heard: string[] = [];
  const server = createSocketServer({ allowHalfOpen: true }, (socket) => {
    let said = "";
    socket.on("data", (chunk: Buffer) => (said += chunk.toString()));
    socket.on("end", () => {
      heard.push(said);
      const answer =
        `SPAMD/1.1 0 EX_OK\r\nSpam: ${points >= 5 ? "True" : "False"} ; ${points} / 5.0\r\n\r\n`
        + ` ${points} SHOUTING               Subject is all capitals\n 0.0 NO_RELAYS              Not relayed\n`;
      if (heard.length <= answersMax) socket.end(answer);
    });
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { heard, address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test("where there is a spam filter, each email is handed over as it would leave, signed, and told of when it is spam", async () => {
  const { scope, id, caller } = await campaignOf({}, { subjectLine: "Again" });
  const { settings } = await caller.campaigns.byId({ id });
  await addVerifiedDomain(scope, settings.fromEmail.split("@")[1] ?? "");
  const strict = await filterGiving(7.5);
  const { spam, problems } = await checkEmails(scope, { id }, { spamd: strict.address });
  expect(
    spam?.scores.map(({ title, points, threshold, rules }) => [title, points, threshold, rules]),
  ).toEqual(
    ["Step 1 (email “Hello”)", "Step 2 (email “Again”)"].map((title) => [
      title,
      7.5,
      5,
      [{ name: "SHOUTING", points: 7.5, description: "Subject is all capitals" }],
    ]),
  );
  expect(problems.map(({ code }) => code)).toEqual(["spam_score", "spam_score"]);
  expect(problems[0]?.message).toMatch(/7\.5 points, and 5 are enough.*Subject is all capitals \(7\.5\)\.$/);
  for (const message of strict.heard) {
    expect(message).toMatch(/^REPORT SPAMC\/1\.5\r\nContent-length: \d+\r\n\r\nDKIM-Signature: /);
    expect(message).toMatch(/\r\nList-Unsubscribe: <http/);
  }
  const mild = await filterGiving(1);
  expect((await checkEmails(scope, { id }, { spamd: mild.address })).problems).toEqual([]);
  const { spam: none } = await checkEmails(scope, { id }, { spamd: "127.0.0.1:1" });
  expect(none).toEqual({ scores: [], failure: expect.stringContaining("SPAMD_ADDRESS") as string });
});

test("who answers to a domain that takes no mail is told of, once; silence says nothing, and the sandbox answers itself", async () => {
  const reply = { fromName: "", fromEmail: "", replyTo: "ana@deaf.example" };
  const { scope, id, emailAccountId } = await campaignOf({}, { subjectLine: "Again", sender: reply }, {});
  const asked: string[] = [];
  const lost = async (takes: boolean | null) => {
    const takesMail = (domain: string) => {
      asked.push(domain);
      return Promise.resolve(takes);
    };
    const { problems } = await checkEmails(scope, { id }, { takesMail, lookUp: () => Promise.resolve(null) });
    const lost = problems.filter(({ code }) => code === "reply_lost");
    return lost.map(({ code, where, message }) => [code, where, message.split(": ")[0]]);
  };
  expect(await lost(false)).toEqual([]);
  expect(asked, "in the sandbox").toEqual([]);
  await withTenant(scope, (tx) =>
    tx.execute(sql`update email_accounts set provider = 'smtp' where id = ${emailAccountId}::uuid`),
  );
  expect(await lost(false)).toEqual([
    ["reply_lost", "settings", expect.stringMatching(/^Answers to \S+ get lost$/)],
    ["reply_lost", "steps", "Step 2 (email “Again”)"],
  ]);
  expect(asked.sort()[0]).toBe("deaf.example");
  expect(asked).toHaveLength(2);
  expect(await lost(null)).toEqual([]);
  expect(await lost(true)).toEqual([]);
});

test("every link is asked once, and one that does not work is told of with its email and what was answered", async () => {
  const heard: string[] = [];
  const site = createServer(({ method, url }, response) => {
    heard.push(`${method} ${url}`);
    response.writeHead(url?.startsWith("/gone") ? 404 : 200).end();
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void site.close());
  const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  const { caller, id } = await campaignOf(
    {
      emailContent: `<p>${words}</p><a href="${origin}/here?name={{ first_name }}#top">Here</a> <a href="${origin}/gone">Our offer</a>
        <a href="{{ unsubscribe_url }}">Leave</a> <a href="http://{{ custom.site }}/x">Yours</a> <a href="mailto:a@b.example">Write</a>
        <a href="{{ custom.link }}">Yours too</a> <a href="https://nobody.invalid/{% if first_name %}x{% endif %}">A loop knows</a>`,
    },
    {
      emailContent: `<p>${words}</p><a href="${origin}/gone">That offer</a> <a href="${origin}/here?name=Ada">Here</a>`,
      emailText: `Look: ${origin}/gone/too.`,
    },
    { emailContent: `<p>{% if %}<a href="${origin}/never">Never</a></p>` },
  );
  const report = await caller.campaigns.checkLinks({ id });
  expect(heard.sort()).toEqual([
    "GET /gone",
    "GET /gone/too",
    "HEAD /gone",
    "HEAD /gone/too",
    "HEAD /here?name=Ada",
  ]);
  expect(report).toMatchObject({ asked: 3, left: 0 });
  expect(report.problems.map(({ message }) => message)).toEqual([
    `Step 1 (email “Hello”) and 1 more email: the link “Our offer” to ${origin}/gone does not work. 127.0.0.1 answers with status 404: there is no such page. Correct the address.`,
    `Step 2 (email “Hello”): the link ${origin}/gone/too does not work. 127.0.0.1 answers with status 404: there is no such page. Correct the address.`,
  ]);
  expect(report.problems.every(({ severity, stepId }) => severity === "warning" && stepId !== null)).toBe(
    true,
  );
});

test("links are asked only so often", async () => {
  const { caller, id, scope } = await campaignOf({});
  for (let times = 1; times < 60; times += 1)
    await takeFromLimit(`link-check:${scope.workspaceId}`, { times: 60, seconds: 600 });
  await caller.campaigns.checkLinks({ id });
  await expect(caller.campaigns.checkLinks({ id })).rejects.toMatchObject({ code: "TOO_MANY_REQUESTS" });
});

test("a spam filter that is slow with many emails is given up, and what it has said until then is shown", async () => {
  const { scope, id } = await campaignOf(
    ...Array.from({ length: 6 }, (_, n) => ({ subjectLine: `Hello ${n}` })),
  );
  const slow = await filterGiving(1, 4);
  const { spam } = await checkEmails(scope, { id }, { spamd: slow.address, scoringMs: 500 });
  expect(spam?.scores).toHaveLength(4);
  expect(spam?.failure).toBe(
    "The spam filter took more than 0.5 seconds for all 6 emails: some have no score.",
  );
});

test("a sender's domain that nobody has set up here is looked up and told of; of one that is, and of the sandbox, nothing is asked", async () => {
  const { scope, id, emailAccountId, caller } = await campaignOf({});
  const name = (await caller.campaigns.byId({ id })).settings.fromEmail.split("@")[1] ?? "";
  const zone = new Map<string, string[] | null>();
  const asked: string[] = [];
  const lookUp = (of: string) => {
    asked.push(of);
    return Promise.resolve(zone.get(of) ?? (zone.has(of) ? null : []));
  };
  const answers: BlockListAnswer[] = [];
  const told = async () => {
    const { problems } = await checkEmails(
      scope,
      { id },
      { lookUp, askLists: () => Promise.resolve(answers), takesMail: () => Promise.resolve(true) },
    );
    return problems.map(({ code, where, severity }) => [code, where, severity].join(" "));
  };
  expect(await told()).toEqual([]);
  await withTenant(scope, (tx) =>
    tx.execute(sql`update email_accounts set provider = 'smtp' where id = ${emailAccountId}::uuid`),
  );
  expect(asked, "in the sandbox").toEqual([]);
  const unset = "domain_unset settings warning";
  expect(await told()).toEqual([unset, "domain_spf settings warning", "domain_dmarc settings warning"]);
  zone.set(name, ["v=spf1 +all"]).set(`_dmarc.${name}`, ["v=DMARC1; p=none"]);
  expect(await told()).toEqual([unset, "domain_spf settings warning"]);
  zone.set(name, ["v=spf1 mx ~all"]);
  expect(await told()).toEqual([unset]);
  answers.push({ list: "A", state: "listed", words: null }, { list: "B", state: "clear" });
  expect(await told()).toEqual([unset, "domain_listed settings warning"]);
  answers.length = 0;
  // A name service that does not answer says nothing.
  zone.set(name, null).set(`_dmarc.${name}`, null);
  expect(await told()).toEqual([unset]);
  await addVerifiedDomain(scope, name);
  asked.length = 0;
  expect(await told()).toEqual([]);
  expect(asked).toEqual([]);
});
