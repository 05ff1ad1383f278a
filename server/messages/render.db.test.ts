import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
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
