import { sql } from "drizzle-orm";
import PostalMime from "postal-mime";
import { beforeEach, expect, test } from "vitest";
import { createSession } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { createRunner, emailStep } from "#server/enrollments/testing";
import { sinks } from "#server/messages/testing-sinks";
import { callerFor } from "#server/testing";
import { arrive, readAll, sentTo, underway } from "./testing.ts";
import { mailOf } from "./testing-mails.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

test("one's own look at a thread fetches no pixel and no tracked link, and is no open", async () => {
  const campaign = await underway(runner, {
    emails: ["ada@example.test"],
    steps: [emailStep({ emailContent: '<p><a href="https://example.com/offer">Offer</a></p>' }), emailStep()],
  });
  const sent = await sentTo(campaign, "ada@example.test");
  const raw = sinks.mails.find(({ messageId }) => messageId === sent.messageId)?.raw ?? "";
  const quoted = (await PostalMime.parse(raw)).html ?? "";
  expect(quoted).toMatch(/\/t\/o\//);
  await arrive(
    campaign,
    mailOf(`
From: ada@example.test
To: hello@ours.example
Subject: Re: Hello
Message-ID: <${crypto.randomUUID()}@mail.example>
In-Reply-To: ${sent.messageId}
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<p>Sounds good!</p><blockquote>${quoted}</blockquote>
`),
  );
  expect(await readAll(campaign)).toBe(1);
  const { sessionId } = await createSession(campaign.userId);
  const { replies, campaigns } = callerFor({ sessionId, workspaceSlug: campaign.slug });
  const [reply] = await withTenant(campaign.scope, (tx) =>
    tx.execute<{ id: string }>(sql`select id from content.email_messages where direction = 'inbound'`),
  );
  const seen = await replies.byId({ id: reply?.id ?? "" });
  expect(seen.text).toContain("Sounds good!");
  const preview = await campaigns.previewStep({
    id: campaign.campaignId,
    stepId: campaign.stepIds[0] ?? "",
    contactId: campaign.contactIds[0] ?? "",
  });
  expect(JSON.stringify(preview)).toContain("Offer");
  expect(JSON.stringify([seen, preview])).not.toMatch(/\/t\/o\/|<img[^>]*\/t\//);
  const [message] = await withTenant(campaign.scope, (tx) =>
    tx.execute<{ opens: number }>(
      sql`select open_count as opens from content.email_messages where id = ${sent.id}::uuid`,
    ),
  );
  expect(message).toEqual({ opens: 0 });
});
