import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { createRunner, emailStep, type Started, statusOf } from "#server/enrollments/testing";
import { people } from "#server/messages/testing";
import { sinks } from "#server/messages/testing-sinks";
import { complaintReport, postfixReport, replyMail } from "./testing-mails.ts";
import { arrive, readAll, sentTo, underway } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const wait = { stepType: "wait" as const, waitDuration: { value: 20, unit: "days" } };
const running = (count: number, name: string) =>
  underway(runner, { emails: people(count, name), steps: [emailStep(), wait, emailStep()] });

async function mailbox({ scope, emailAccountId }: Started) {
  const [row] = await withTenant(scope, (tx) =>
    tx.execute<{ status: string; hours: number | null; why: string | null }>(sql`
      select status, round(extract(epoch from status_until - app_now()) / 3600)::int as hours, status_reason as why
      from email_accounts where id = ${emailAccountId}::uuid`),
  );
  return row;
}

/** Anything that arrives has the mailbox looked at. */
async function lookAgain(campaign: Started) {
  await arrive(campaign, replyMail({ from: "stranger@example.test" }, {}));
  await readAll(campaign);
  return (await mailbox(campaign))?.status;
}

test("two who report it as spam pause the campaign, and its mailbox rests for two days", async () => {
  const campaign = await running(5, "spam");
  await arrive(campaign, complaintReport(await sentTo(campaign, "spam-0@example.test")));
  await readAll(campaign);
  expect(await statusOf(campaign)).toBe("active");
  expect(await mailbox(campaign)).toMatchObject({ status: "active" });
  await arrive(campaign, complaintReport(await sentTo(campaign, "spam-1@example.test")));
  await readAll(campaign);
  expect(await statusOf(campaign)).toBe("paused");
  expect(await mailbox(campaign)).toEqual({
    status: "cooling_down",
    hours: 48,
    why: "2 people marked its mail as spam within a day.",
  });
  await moveClock("47 hours");
  expect(await lookAgain(campaign)).toBe("cooling_down");
  await moveClock("2 hours");
  expect(await lookAgain(campaign)).toBe("active");
});

test("a campaign of whose mail more than a twentieth comes back, by reports of receivers, is paused", async () => {
  const campaign = await running(60, "back");
  const back = async (n: number) => postfixReport(await sentTo(campaign, `back-${n}@example.test`));
  await arrive(campaign, await back(0), await back(1), await back(2));
  await readAll(campaign);
  expect(await statusOf(campaign)).toBe("active");
  await arrive(campaign, await back(3));
  await readAll(campaign);
  expect(await statusOf(campaign)).toBe("paused");
});

test("a mailbox that receivers block rests for an hour", async () => {
  const campaign = await running(5, "block");
  const blocked = async (name: string) =>
    postfixReport(await sentTo(campaign, `${name}@example.test`), {
      status: "5.7.1",
      diagnostic: "550 5.7.1 Service unavailable; client host blocked using a block list",
    });
  await arrive(campaign, await blocked("block-0"), await blocked("block-1"));
  await readAll(campaign);
  expect(await mailbox(campaign)).toMatchObject({ status: "active" });
  await arrive(campaign, await blocked("block-2"));
  await readAll(campaign);
  expect(await mailbox(campaign)).toEqual({
    status: "cooling_down",
    hours: 1,
    why: "3 emails were refused because of their sender within an hour.",
  });
  await moveClock("61 minutes");
  expect(await lookAgain(campaign)).toBe("active");
});
