import { expect, test } from "vitest";
import { createSession, createWorkspace } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { finishedDraft } from "#server/campaigns/testing";
import { callerFor, newAccount, newColleague } from "#server/testing";
import { checkDomain } from "./checks.ts";
import { keyName } from "./keys.ts";
import { lookAgain, lookAtDue, noteFindings } from "./looks.ts";
import { domainsToCheck, senderDomains } from "./queries.ts";
import { signersOf } from "./signers.ts";

type Tenant = Awaited<ReturnType<typeof newTenant>>;

/** What DNS holds; "silent" is a name service that does not answer. */
class Zone extends Map<string, string> {
  lookUp = (name: string) => {
    const said = this.get(name);
    return Promise.resolve(said === "silent" ? null : said === undefined ? [] : [said]);
  };
}

const add = async ({ caller }: Tenant, domain: string) => (await caller.domains.create({ domain })).id;

/** The name and text of the key's record and of the next one's. */
async function recordsOf({ caller }: Tenant, id: string) {
  const { records } = await caller.domains.byId({ id });
  const of = (wanted: string) => {
    const { name = "", value = "" } = records.find(({ kind }) => kind === wanted) ?? {};
    return [name, value] as const;
  };
  return { now: of("dkim"), next: of("next_dkim") };
}

/** How a domain stands, and the name of the record that its mail points to. */
async function standing({ scope, caller }: Tenant, id: string) {
  const { status, domain } = await caller.domains.byId({ id });
  const signers = await withTenant(scope, (tx) => signersOf(tx, [`ana@${domain}`]));
  const signer = signers.get(`ana@${domain}`);
  return [status, signer && "key" in signer ? keyName(signer.domain, signer.selector) : null];
}

test("a key signs once its record is seen; silence proves nothing, and a record that goes is told of once", async () => {
  const tenant = await newTenant();
  const { scope, caller } = tenant;
  const zone = new Zone();
  const id = await add(tenant, "acme.example");
  const [name, record] = (await recordsOf(tenant, id)).now;
  const look = async (said?: string) => {
    if (said === undefined) zone.delete(name);
    else zone.set(name, said);
    await lookAgain(scope, id, zone.lookUp);
    return standing(tenant, id);
  };
  expect(await look()).toEqual(["pending", null]);
  expect(await look(record)).toEqual(["verified", name]);
  expect(await look("silent")).toEqual(["verified", name]);
  expect(await look()).toEqual(["failed", name]);
  expect(await look("silent")).toEqual(["failed", name]);
  expect(await look()).toEqual(["failed", name]);
  const { rows } = await caller.notifications.list();
  expect(rows.map(({ title }) => title)).toEqual([
    "The DKIM record of acme.example cannot be found any more",
  ]);
  expect(await look(record)).toEqual(["verified", name]);
});

test("a new key waits for its record while the old one signs, and what was looked for before it says nothing", async () => {
  const tenant = await newTenant();
  const { scope, caller } = tenant;
  const id = await add(tenant, "acme.example");
  const first = (await recordsOf(tenant, id)).now;
  await caller.domains.rotate({ id });
  const { now } = await recordsOf(tenant, id);
  expect(now[0], "a key that never signed is replaced").not.toBe(first[0]);
  const zone = new Zone([now]);
  await lookAgain(scope, id, zone.lookUp);

  const [asked] = await withTenant(scope, (tx) => domainsToCheck(tx, [id]));
  if (!asked) throw new Error("The domain is gone.");
  await caller.domains.rotate({ id });
  const late = await checkDomain(asked, () => Promise.resolve([]));
  await withTenant(scope, (tx) => noteFindings(tx, asked, { records: late, answers: [] }));
  expect(await standing(tenant, id)).toEqual(["verified", now[0]]);

  await lookAgain(scope, id, zone.lookUp);
  expect(await standing(tenant, id)).toEqual(["verified", now[0]]);
  const { next } = await recordsOf(tenant, id);
  zone.set(...next);
  await lookAgain(scope, id, zone.lookUp);
  expect(await standing(tenant, id)).toEqual(["verified", next[0]]);
  const { previous, nextSelector, records } = await caller.domains.byId({ id });
  expect([previous?.name, nextSelector]).toEqual([now[0], null]);
  expect(records.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
    "dkim found",
    "spf missing",
    "dmarc missing",
  ]);

  await caller.domains.rotate({ id });
  await caller.domains.discardNextKey({ id });
  expect(await standing(tenant, id)).toEqual(["verified", next[0]]);
});

test("domains are looked for again every day, awaited ones every hour, each by one round only", async () => {
  const tenant = await newTenant();
  const [seen, awaited] = [await add(tenant, "seen.example"), await add(tenant, "awaited.example")];
  const zone = new Zone([(await recordsOf(tenant, seen)).now]);
  /** Those of the two that are looked for when so much time has passed. */
  const afterwards = async (interval: string) => {
    await moveClock(interval);
    const asked: string[] = [];
    const lookUp = (name: string) => {
      asked.push(name);
      return zone.lookUp(name);
    };
    let more = true;
    while (more) [{ more }] = await Promise.all([lookAtDue(lookUp), lookAtDue(lookUp)]);
    return asked.filter((name) => ["seen.example", "awaited.example"].includes(name)).sort();
  };
  expect(await afterwards("0")).toEqual(["awaited.example", "seen.example"]);
  expect(await standing(tenant, seen)).toEqual(["verified", (await recordsOf(tenant, seen)).now[0]]);
  expect(await afterwards("0")).toEqual([]);
  expect(await afterwards("61 minutes")).toEqual(["awaited.example"]);
  expect(await afterwards("23 hours")).toEqual(["awaited.example", "seen.example"]);
  await tenant.caller.domains.remove({ id: awaited });
  expect(await afterwards("25 hours")).toEqual(["seen.example"]);
});

test("a review warns of a sender whose domain is set up and lacks a record, and of no other", async () => {
  const tenant = await newTenant();
  const { id, campaign } = await finishedDraft(tenant);
  const warnings = async () =>
    (await tenant.caller.campaigns.review({ id })).problems.map(
      ({ severity, message }) => `${severity}: ${message}`,
    );
  expect(await warnings()).toEqual([]);
  const name = campaign.settings.fromEmail.split("@")[1] ?? "";
  const told = (why: string) =>
    `warning: Mail from ${name} may be taken for spam: ${why} Look at Settings, Domains.`;
  const domain = await add(tenant, name);
  await add(tenant, "other.example");
  const [key, record] = (await recordsOf(tenant, domain)).now;
  expect(await warnings(), "nobody has looked yet").toEqual([
    told(`the DKIM record of ${name} has not been seen yet.`),
  ]);
  const zone = new Zone([[key, record]]);
  const look = async () => {
    await lookAgain(tenant.scope, domain, zone.lookUp);
    return warnings();
  };
  expect(await look()).toEqual([
    told(`${name} has no SPF record. Receivers cannot tell which servers may send mail of this domain.`),
    told(`${name} has no DMARC record. Large receivers ask for one of everybody who sends much.`),
  ]);
  zone.set(name, "v=spf1 mx +all").set(`_dmarc.${name}`, "v=DMARC1; p=perhaps");
  expect(await look()).toEqual([
    told(
      `the SPF record of ${name} is wrong. It ends in +all, which lets everybody send mail in your name. End it in ~all.`,
    ),
    told(`the DMARC record of ${name} is wrong. Its policy must be p=none, p=quarantine or p=reject.`),
  ]);
  zone.set(name, "silent").set(`_dmarc.${name}`, "v=DMARC1; p=none");
  expect(await look(), "silence proves nothing").toEqual([]);
  zone.delete(key);
  expect(await look()).toEqual([expect.stringContaining("cannot be found any more")]);
});

test("mail from below a domain needs an SPF record of its own, and takes its key and policy from above", async () => {
  const tenant = await newTenant();
  const { scope } = tenant;
  const domain = await add(tenant, "acme.example");
  const zone = new Zone([(await recordsOf(tenant, domain)).now]);
  await lookAgain(scope, domain, zone.lookUp);
  const found = await withTenant(scope, (tx) => senderDomains(tx, ["news.acme.example", "acme.example"]));
  expect(found.map(({ name, signed, wanting }) => [name, signed, wanting.map(({ kind }) => kind)])).toEqual([
    ["news.acme.example", true, ["dmarc"]],
    ["acme.example", true, ["spf", "dmarc"]],
  ]);
});

test("domains belong to one workspace, and are changed by its admins only", async () => {
  const tenant = await newTenant();
  const id = await add(tenant, "acme.example");
  const other = await createWorkspace(tenant);
  const { sessionId } = await createSession(tenant.userId);
  const beside = callerFor({ sessionId, workspaceSlug: other.slug });
  expect((await beside.domains.list()).domains).toEqual([]);
  for (const act of ["byId", "check", "rotate", "remove", "discardNextKey"] as const)
    await expect(beside.domains[act]({ id }), act).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(beside.domains.create({ domain: "ACME.example" })).rejects.toThrow("another workspace");
  expect((await add(await newTenant(), "acme.example")).length).toBe(36);
  await expect(tenant.caller.domains.create({ domain: "gmail.com" })).rejects.toThrow("a mail provider");

  const account = await newAccount();
  const member = await newColleague(account, "member");
  await expect(member.caller.domains.create({ domain: "acme.example" })).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
});
