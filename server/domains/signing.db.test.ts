import { sql } from "drizzle-orm";
import { dkimVerify } from "mailauth";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import {
  createRunner,
  emailStep,
  launch,
  newCampaign,
  places,
  type Started,
} from "#server/enrollments/testing";
import { sinks } from "#server/messages/testing-sinks";
import { addVerifiedDomain } from "./testing.ts";
import { newKey } from "./keys.ts";
import { createDomain } from "./mutations.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const from = (fromEmail: string) => emailStep({ sender: { fromEmail } });

/** Who signed each mail of the campaign, and whether the signature holds, by sender. */
async function signatures({ scope }: Started, records: Map<string, string>) {
  const resolver = (name: string) => {
    const record = records.get(name);
    if (record !== undefined) return Promise.resolve([[record]]);
    return Promise.reject(Object.assign(new Error(name), { code: "ENOTFOUND" }));
  };
  const mails = sinks.mails.filter(({ raw }) => raw.includes(scope.workspaceId));
  const found = mails.map(async ({ raw }) => {
    const { headerFrom, results } = await dkimVerify(Buffer.from(raw), { resolver, strict: true });
    const signed = results.filter(({ signingDomain }) => signingDomain);
    return [headerFrom[0], signed.map(({ status, signingDomain }) => `${status.result} ${signingDomain}`)];
  });
  return Object.fromEntries(await Promise.all(found)) as Record<string, string[]>;
}

test("mail is signed for the nearest domain of the workspace whose record was seen, and for no other", async () => {
  const campaign = await newCampaign({
    emails: ["ada@example.test"],
    steps: [
      from("ana@acme.example"),
      from("ben@news.eu.acme.example"),
      from("cyd@own.acme.example"),
      from("dan@pending.example"),
      from("eve@notacme.example"),
    ],
  });
  const acme = await addVerifiedDomain(campaign.scope, "acme.example");
  const own = await addVerifiedDomain(campaign.scope, "own.acme.example");
  const [unseen, elsewhere] = [await newKey(), await newCampaign({ emails: [] })];
  await withTenant(campaign.scope, (tx) =>
    createDomain(tx, null, { domain: "pending.example", key: unseen }),
  );
  await addVerifiedDomain(elsewhere.scope, "notacme.example");
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  const records = new Map([acme, own].map(({ name, record }) => [name, record]));
  expect(await signatures(campaign, records)).toEqual({
    "ana@acme.example": ["pass acme.example"],
    "ben@news.eu.acme.example": ["pass acme.example"],
    "cyd@own.acme.example": ["pass own.acme.example"],
    "dan@pending.example": [],
    "eve@notacme.example": [],
  });
});

test("mail waits and says why when the key of its domain cannot be opened, instead of leaving unsigned", async () => {
  const campaign = await newCampaign({ emails: ["ada@example.test"], steps: [from("ana@acme.example")] });
  const { id } = await addVerifiedDomain(campaign.scope, "acme.example");
  await withTenant(campaign.scope, (tx) =>
    tx.execute(sql`update domains set dkim_selector = 'moved' where id = ${id}::uuid`),
  );
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  expect(await signatures(campaign, new Map())).toEqual({});
  expect((await places(campaign)).map((place) => place.status)).toEqual(["enrolled"]);
  const [row] = await withTenant(campaign.scope, (tx) =>
    tx.execute<{ error: string }>(
      sql`select error from content.email_messages where campaign_id = ${campaign.campaignId}::uuid`,
    ),
  );
  expect(row?.error).toContain("was changed, or moved from another row");
});
