import { sql } from "drizzle-orm";
import PostalMime from "postal-mime";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { createRunner, emailStep, launch, newCampaign, type Started } from "#server/enrollments/testing";
import { sinks } from "./testing-sinks.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const mailsOf = ({ scope }: Started) =>
  Promise.all(
    sinks.mails
      .filter((mail) => mail.raw.includes(scope.workspaceId))
      .map((mail) => PostalMime.parse(mail.raw)),
  );

test("an answer stands in the thread of the contact's last email, with its subject, and the next one behind both", async () => {
  const campaign = await newCampaign({
    emails: ["ada@example.test", "bea@example.test"],
    steps: [
      emailStep({ subjectLine: "Hello {{ first_name }}" }),
      emailStep({ subjectLine: "", replyInThread: true }),
      emailStep({ subjectLine: "Something else", replyInThread: true }),
      emailStep({ subjectLine: "New thread" }),
    ],
  });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  const mails = (await mailsOf(campaign)).filter((mail) => mail.to?.[0]?.address === "ada@example.test");
  const [first, second, third, fourth] = mails;
  expect(mails.map((mail) => mail.subject)).toEqual([
    "Hello Ada",
    "Re: Hello Ada",
    "Something else",
    "New thread",
  ]);
  expect(second).toMatchObject({ inReplyTo: first?.messageId, references: first?.messageId });
  expect(third?.inReplyTo).toBe(second?.messageId);
  expect(third?.references?.split(/\s+/)).toEqual([first?.messageId, second?.messageId]);
  expect(fourth?.inReplyTo).toBeUndefined();
  const [row] = await withTenant(campaign.scope, (tx) =>
    tx.execute<{ threads: number }>(sql`
      select count(distinct thread_id)::int as threads from content.email_messages
      where campaign_id = ${campaign.campaignId}::uuid and thread_id is not null`),
  );
  expect(row?.threads).toBe(2);
});

test("a step's own sender stands on its emails, in the ledger, and in their Message-ID; what it leaves out is the campaign's", async () => {
  const campaign = await newCampaign({
    emails: ["ada@example.test"],
    steps: [
      emailStep(),
      emailStep({
        sender: { fromName: "Bea Boss", fromEmail: "bea@boss.test", replyTo: "office@boss.test" },
      }),
      emailStep({ sender: { fromName: "Only a name", fromEmail: "", replyTo: "" } }),
    ],
  });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  const mails = await mailsOf(campaign);
  expect(mails.map(({ from }) => from)).toMatchObject([
    { name: "Olive Owner", address: "sender@sandbox.test" },
    { name: "Bea Boss", address: "bea@boss.test" },
    { name: "Only a name", address: "sender@sandbox.test" },
  ]);
  expect(mails[1]?.replyTo?.[0]?.address).toBe("office@boss.test");
  expect(mails[1]?.messageId).toMatch(/@boss\.test>$/);
  const rows = await withTenant(campaign.scope, (tx) =>
    tx.execute<{ from_email: string; reply_to: string | null }>(sql`
      select from_email, reply_to from content.email_messages where campaign_id = ${campaign.campaignId}::uuid order by id`),
  );
  expect([...rows]).toEqual([
    { from_email: "sender@sandbox.test", reply_to: null },
    { from_email: "bea@boss.test", reply_to: "office@boss.test" },
    { from_email: "sender@sandbox.test", reply_to: null },
  ]);
});
