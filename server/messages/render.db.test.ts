import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { recountNumbers } from "#server/analytics/queries";
import { signedInAgain } from "#server/approvals/testing";
import {
  createRunner,
  emailStep,
  launch,
  ledger,
  newCampaign,
  places,
  statusOf,
} from "#server/enrollments/testing";
import { sinks } from "#server/messages/testing-sinks";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

test("an email that cannot be made of a contact's values fails by name for them alone, and nothing is left standing", async () => {
  const campaign = await newCampaign({
    emails: ["ada@example.test", "bea@example.test"],
    steps: [
      emailStep({
        emailContent:
          "<p>{% for i in (1..lead_score) %}{% for j in (1..lead_score) %}x{% endfor %}{% endfor %}</p>",
      }),
    ],
  });
  const { scope, campaignId } = campaign;
  await withTenant(scope, (tx) =>
    tx.execute(sql`update contacts set lead_score = case email when 'ada@example.test' then 40 else 2 end`),
  );
  await launch(scope, campaignId);
  await runner.settle();
  const rows = (await ledger(campaign)).toSorted((a, b) => (a.to_email < b.to_email ? -1 : 1));
  expect(rows.map(({ delivery_status: status }) => status)).toEqual(["failed", "sent"]);
  expect(rows[0]?.error).toContain("loops may take 1000 turns in one message");
  expect(await places(campaign)).toMatchObject([
    { status: "failed", exit_reason: "send_failed" },
    { status: "completed", exit_reason: null },
  ]);
  const [mail, ...more] = sinks.mails.filter(({ raw }) => raw.includes(scope.workspaceId));
  expect([mail?.to, more.length]).toEqual(["bea@example.test", 0]);
  expect(mail?.raw).toContain("<p>xxxx</p>");
  expect(await statusOf(campaign)).toBe("completed");
});

test("whose email has a gap is kept with it, counted for campaign and step, and told by name; who has no gap has nothing", async () => {
  const campaign = await newCampaign({
    emails: ["ada@example.test", "bea@example.test", "cleo@example.test"],
    steps: [
      emailStep({
        emailContent: "<p>Dear {{ first_name }} of {{ company }}, {{ city | default: 'there' }}</p>",
      }),
      emailStep({ subjectLine: "The same to all" }),
    ],
  });
  const { scope, campaignId } = campaign;
  await withTenant(scope, (tx) =>
    tx.execute(sql`
      update contacts set first_name = case when email like 'cleo%' then 'Cleo' end,
        company = case when email not like 'ada%' then 'Engines' end`),
  );
  await launch(scope, campaignId);
  await runner.settle();
  const { caller } = await signedInAgain(campaign);
  const { numbers, steps } = await caller.analytics.live({ id: campaignId });
  expect(numbers).toMatchObject({ sent: 6, withGaps: 2 });
  expect(steps.map((step) => step.numbers.withGaps)).toEqual([2, 0]);
  const { rows } = await caller.analytics.messages({ id: campaignId, is: "withGaps" });
  expect(rows.map(({ to, why }) => [to, why]).sort()).toEqual([
    ["ada@example.test", "{{ first_name }} and {{ company }} were empty."],
    ["bea@example.test", "{{ first_name }} was empty."],
  ]);
  const [kept] = await withTenant(scope, (tx) =>
    tx.execute(sql`select count(*)::int as rows from content.email_messages where empty_fields is not null`),
  );
  expect(kept).toEqual({ rows: 2 });
  expect(await withTenant(scope, (tx) => recountNumbers(tx, campaignId))).toEqual(numbers);
});
