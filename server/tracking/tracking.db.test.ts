import { eq, sql } from "drizzle-orm";
import PostalMime from "postal-mime";
import { v7 } from "uuid";
import { expect, test } from "vitest";
import { campaignStepVersions } from "#db/schema/campaign-steps";
import { campaignContacts } from "#db/schema/enrollments";
import { contacts } from "#db/schema/contacts";
import { emailMessages } from "#db/schema/messages";
import { withTenant } from "#db/tenancy";
import { createCampaign, createContact } from "#db/factories";
import { moveClock, newTenant } from "#db/testing";
import { compileStep } from "#server/mail/message";
import { mergeContacts } from "#server/mail/queries";
import { renderFor } from "#server/mail/render";
import { clickResponse, consentResponse, openResponse, unsubscribePage } from "./responses.ts";

const html = `<a href="https://shop.example/a">A</a> <a href="https://shop.example/{{ first_name }}?x=1">B</a> <a href="https://shop.example/c">C</a>`;
const chrome =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";

/** A tenant with one contact who was sent one message, a minute ago unless said otherwise. */
async function sentMail({ ago = "1 minute" } = {}) {
  const tenant = await newTenant();
  const inTenant = <T>(work: Parameters<typeof withTenant<T>>[1]) => withTenant(tenant.scope, work);
  const sent = await inTenant(async (tx) => {
    const contactId = await createContact(tx, { email: "Ada@Example.org", firstName: "Ada" });
    const { campaignId, stepIds } = await createCampaign(tx, {
      steps: [{ stepType: "email", name: "Hello" }],
      status: "active",
    });
    const [stepId = ""] = stepIds;
    const version = {
      id: v7(),
      campaignId,
      stepId,
      version: 1,
      stepType: "email" as const,
      subject: "Hi",
      html,
    };
    await tx.insert(campaignStepVersions).values(version);
    const enrollmentId = v7();
    const live = {
      id: enrollmentId,
      campaignId,
      contactId,
      status: "active" as const,
      currentStepId: stepId,
    };
    await tx
      .insert(campaignContacts)
      .values({ ...live, nextEmailScheduledAt: sql`app_now() + interval '1 day'` });
    const messageId = v7();
    await tx.insert(emailMessages).values({
      id: messageId,
      campaignId,
      contactId,
      stepId,
      enrollmentId,
      stepVersionId: version.id,
      fromEmail: "sender@sandbox.test",
      toEmail: "Ada@Example.org",
      deliveryStatus: "sent",
      sentAt: sql`app_now() - ${ago}::interval`,
    });
    const compiled = await compileStep(tx, version.id);
    await compileStep(tx, version.id);
    const contact = (await mergeContacts(tx, [contactId])).get(contactId);
    if (!contact) throw new Error("The contact is missing.");
    const { raw } = renderFor(compiled, { messageId, email: contact.email, contact, now: new Date() });
    return { contactId, campaignId, messageId, enrollmentId, body: (await PostalMime.parse(raw)).html ?? "" };
  });
  const tokens = (kind: string) =>
    [...sent.body.matchAll(new RegExp(`/${kind}/([\\w-]{86})`, "g"))].map((match) => match[1] ?? "");
  const message = () =>
    inTenant(
      async (tx) => (await tx.select().from(emailMessages).where(eq(emailMessages.id, sent.messageId)))[0],
    );
  const contact = () =>
    inTenant(async (tx) => (await tx.select().from(contacts).where(eq(contacts.id, sent.contactId)))[0]);
  const count = (query: ReturnType<typeof sql>) =>
    inTenant(
      async (tx) => (await tx.execute<{ n: number }>(sql`select count(*)::int as n from ${query}`))[0]?.n,
    );
  return {
    ...tenant,
    ...sent,
    inTenant,
    message,
    contact,
    count,
    pixel: tokens("t/o")[0] ?? "",
    clicks: tokens("t/c"),
    unsubscribe: tokens("u")[0] ?? "",
  };
}

const request = (init: RequestInit & { agent?: string } = {}) =>
  new Request("https://app.example/x", {
    ...init,
    headers: { "user-agent": init.agent ?? chrome, ...init.headers },
  });
const post = (body?: string) =>
  request({
    method: "POST",
    body,
    headers: body ? { "content-type": "application/x-www-form-urlencoded" } : {},
  });

test("an open counts once however often the pixel is fetched at a time, and is noted with message, person and timeline", async () => {
  const mail = await sentMail();
  const answers = await Promise.all(Array.from({ length: 5 }, () => openResponse(request(), mail.pixel)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  expect(answers[0]?.headers.get("content-type")).toBe("image/gif");
  expect(answers[0]?.headers.get("cache-control")).toContain("no-store");
  expect(await mail.message()).toMatchObject({
    openCount: 1,
    machineOpenCount: 0,
    firstOpenedAt: expect.any(Date) as Date,
  });
  await moveClock("1 minute");
  await openResponse(request(), mail.pixel);
  expect(await mail.message()).toMatchObject({ openCount: 2 });
  expect(await mail.count(sql`campaign_contacts where total_opens = 1`)).toBe(1);
  expect(await mail.count(sql`contact_events where type = 'email.opened'`)).toBe(1);
  expect((await mail.contact())?.lastOpenedAt).toBeInstanceOf(Date);
});

test("a click leads to the stored target with the contact's own values, and nowhere else", async () => {
  const mail = await sentMail();
  const targets = [];
  for (const token of mail.clicks) {
    await moveClock("20 seconds");
    const response = await clickResponse(request(), token);
    expect(response.status).toBe(302);
    targets.push(response.headers.get("location"));
  }
  expect(targets).toEqual([
    "https://shop.example/a",
    "https://shop.example/Ada?x=1",
    "https://shop.example/c",
  ]);
  expect(await mail.message()).toMatchObject({ clickCount: 3, machineClickCount: 0 });
  const elsewhere = await clickResponse(
    new Request("https://app.example/x?url=https://evil.example"),
    mail.clicks[0] ?? "",
  );
  expect(elsewhere.headers.get("location")).toBe("https://shop.example/a");
});

test("machines are kept apart: known programs, prefetchers, whoever comes too soon, and who follows every link at once", async () => {
  const mail = await sentMail();
  await openResponse(request({ agent: "Mozilla/5.0" }), mail.pixel);
  await openResponse(request({ agent: "Proofpoint scanner" }), mail.pixel);
  await openResponse(request({ headers: { "sec-purpose": "prefetch" } }), mail.pixel);
  await clickResponse(request({ agent: "curl/8.0" }), mail.clicks[0] ?? "");
  expect(await mail.message()).toMatchObject({
    openCount: 0,
    machineOpenCount: 3,
    clickCount: 0,
    machineClickCount: 1,
    firstOpenedAt: null,
  });
  await moveClock("1 minute");
  for (const token of mail.clicks) await clickResponse(request(), token);
  expect(await mail.message()).toMatchObject({ clickCount: 0, machineClickCount: 4, firstClickedAt: null });
  await moveClock("1 minute");
  await clickResponse(request(), mail.clicks[1] ?? "");
  expect(await mail.message()).toMatchObject({ clickCount: 1, firstClickedAt: expect.any(Date) as Date });

  const soon = await sentMail({ ago: "0 seconds" });
  await openResponse(request(), soon.pixel);
  expect(await soon.message()).toMatchObject({ openCount: 0, machineOpenCount: 1 });
});

test("HEAD counts nothing, and after a year neither does anybody, while links still lead on", async () => {
  const mail = await sentMail();
  const head = await clickResponse(request({ method: "HEAD" }), mail.clicks[0] ?? "");
  expect(head.headers.get("location")).toBe("https://shop.example/a");
  await openResponse(request({ method: "HEAD" }), mail.pixel);
  const old = await sentMail({ ago: "366 days" });
  expect((await clickResponse(request(), old.clicks[0] ?? "")).headers.get("location")).toBe(
    "https://shop.example/a",
  );
  expect((await openResponse(request(), old.pixel)).status).toBe(200);
  for (const each of [mail, old]) {
    expect(await each.count(sql`email_events`)).toBe(0);
    expect(await each.message()).toMatchObject({ openCount: 0, clickCount: 0 });
  }
});

test("no verb but POST unsubscribes; POST does it at once, without cookies, as often as it comes", async () => {
  const mail = await sentMail();
  const page = await unsubscribePage(mail.unsubscribe);
  const text = await page.text();
  expect(text).toContain('<form method="post">');
  expect(text).not.toContain("Ada@Example.org");
  expect(await mail.contact()).toMatchObject({ status: "active" });
  expect(await mail.count(sql`suppressions`)).toBe(0);

  for (let times = 0; times < 2; times++) {
    const answer = await consentResponse(post("List-Unsubscribe=One-Click"), mail.unsubscribe);
    expect(answer.status).toBe(200);
    expect(answer.headers.has("location")).toBe(false);
  }
  expect(await mail.contact()).toMatchObject({ status: "unsubscribed" });
  expect(await mail.message()).toMatchObject({ unsubscribedAt: expect.any(Date) as Date });
  expect(
    await mail.count(sql`suppressions where email_normalized = 'ada@example.org' and scope = 'workspace'`),
  ).toBe(1);
  expect(
    await mail.count(sql`campaign_contacts where status = 'unsubscribed' and exit_reason = 'unsubscribed'`),
  ).toBe(1);
  expect(await mail.count(sql`email_events where type = 'unsubscribed'`)).toBe(1);
  expect(await mail.count(sql`contact_events where type = 'contact.unsubscribed'`)).toBe(1);
  expect(await mail.count(sql`audit_log where action = 'contact.unsubscribed'`)).toBe(1);
  expect(await (await unsubscribePage(mail.unsubscribe)).text()).toContain("You are unsubscribed");
});

test("a post without any body unsubscribes too, and only an explicit click takes it back", async () => {
  const mail = await sentMail();
  expect((await consentResponse(post(), mail.unsubscribe)).status).toBe(200);
  expect(await mail.contact()).toMatchObject({ status: "unsubscribed" });
  const back = await consentResponse(post("act=resubscribe"), mail.unsubscribe);
  expect(await back.text()).toContain("You are subscribed again");
  expect(await mail.contact()).toMatchObject({
    status: "active",
    unsubscribedAt: null,
    consentBasis: "opt_in",
  });
  expect(await mail.count(sql`suppressions`)).toBe(0);
  expect(await mail.count(sql`campaign_contacts where status = 'unsubscribed'`)).toBe(1);
});

test("who is archived, or whose mail came back, says stop and takes it back, and stays that", async () => {
  for (const status of ["archived", "bounced"]) {
    const mail = await sentMail();
    await mail.inTenant((tx) => tx.execute(sql`update contacts set status = ${status}`));
    await consentResponse(post("act=unsubscribe"), mail.unsubscribe);
    expect(await mail.contact()).toMatchObject({ status, unsubscribedAt: expect.any(Date) as Date });
    await consentResponse(post("act=resubscribe"), mail.unsubscribe);
    expect(await mail.contact()).toMatchObject({ status, unsubscribedAt: null, consentBasis: "opt_in" });
  }
});

test("a complaint is not taken back by the link", async () => {
  const mail = await sentMail();
  await mail.inTenant((tx) =>
    tx.execute(
      sql`insert into suppressions (email_normalized, scope, reason, source) values ('ada@example.org', 'tenant', 'complained', 'fbl')`,
    ),
  );
  await consentResponse(post("act=unsubscribe"), mail.unsubscribe);
  const back = await consentResponse(post("act=resubscribe"), mail.unsubscribe);
  expect(await back.text()).toContain("You stay unsubscribed");
  expect(await mail.count(sql`suppressions where scope = 'tenant'`)).toBe(1);
});

test("tampered and forgotten tokens get a page that tells nothing, and change nothing", async () => {
  const mail = await sentMail();
  const changed =
    mail.unsubscribe.slice(0, 50) + (mail.unsubscribe[50] === "A" ? "B" : "A") + mail.unsubscribe.slice(51);
  for (const token of [changed, "x", mail.pixel]) {
    expect((await unsubscribePage(token)).status).toBe(404);
    expect((await consentResponse(post("act=unsubscribe"), token)).status).toBe(404);
    expect((await clickResponse(request(), token)).status).toBe(404);
  }
  expect((await openResponse(request(), changed)).status).toBe(404);
  expect(await mail.contact()).toMatchObject({ status: "active" });
  await mail.inTenant((tx) => tx.delete(emailMessages));
  expect((await consentResponse(post(), mail.unsubscribe)).status).toBe(410);
  expect((await clickResponse(request(), mail.clicks[0] ?? "")).status).toBe(410);
});

test("one tenant's unsubscribe leaves the same address of another alone", async () => {
  const [ours, theirs] = await Promise.all([sentMail(), sentMail()]);
  await consentResponse(post(), ours.unsubscribe);
  expect(await theirs.contact()).toMatchObject({ status: "active" });
  expect(await theirs.count(sql`suppressions`)).toBe(0);
});
