import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { moveClock } from "#db/testing";
import { startApp } from "./conformance-app.ts";
import { eventKey, eventually, openLab, type Lab } from "./conformance-lab.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());

test("steps run once each, and their results come back as they were", async () => {
  const key = lab.newKey();
  await lab.app.client.send({ name: "lab/steps", data: { key } });
  await lab.ended(key, "steps");
  const ran = lab.app.ran(key);
  expect(ran.slice(0, 3)).toEqual(["a", "b", "b"]);
  expect(ran[3]).toBe(`ended ${JSON.stringify([{ text: "ü\u0000\ud83d", list: [1, null] }, 2])}`);
  expect((await lab.runsOf(key, "steps"))[0]?.output).toEqual({ b: 2 });
});

test("parallel steps each run once, and the run goes on when all are done", async () => {
  const key = lab.newKey();
  await lab.waiting("lab/parallel", key);
  await eventually(() => lab.app.ran(key).length === 3, "the branches ran");
  expect(lab.app.ran(key).sort()).toEqual(["p1", "p2", "p3"]);
  await moveClock("1 hour");
  await lab.ended(key, "parallel");
  expect(lab.app.ran(key).slice(3)).toEqual(["after", `ended ["p1","p2",null,"p3"]`]);
});

test("a race goes on with the first branch", async () => {
  const key = lab.newKey();
  await lab.app.client.send({ name: "lab/race", data: { key } });
  await lab.app.seen(key, "ended quick");
  expect(lab.app.ran(key)).toEqual(["quick", "after", "ended quick"]);
});

test("a step's event starts another function", async () => {
  const key = lab.newKey();
  await lab.app.client.send({ name: "lab/send", data: { key } });
  await lab.app.seen(key, "received");
  await lab.app.seen(key, "sent 1");
});

test("an invoked function's result or error comes back", async () => {
  const [fine, broken] = [lab.newKey(), lab.newKey()];
  await lab.app.client.send({ name: "lab/parent", data: { key: fine, n: 21 } });
  await lab.app.client.send({ name: "lab/parent", data: { key: broken, fail: true } });
  await lab.app.seen(fine, `got {"doubled":42}`);
  await lab.app.seen(broken, "caught the child failed");
});

test("an invoked function that does not end in its time is given up", async () => {
  const key = lab.newKey();
  await lab.app.client.send({ name: "lab/parent", data: { key, slow: true, timeout: "1h" } });
  await lab.app.seen(key, "child");
  await eventually(async () => (await lab.jobsOf(key, "sleep")) === 1, "the child sleeps");
  await moveClock("59 minutes");
  expect(lab.app.ran(key)).toEqual(["child"]);
  await moveClock("1 minute");
  await lab.app.seen(key, "caught The invoked function did not end in time.");
});

test("sleeps end when the product's clock says so", async () => {
  const [relative, absolute] = [lab.newKey(), lab.newKey()];
  const [clock] = await lab.sql<{ until: Date }[]>`select app_now() + interval '90 minutes' as until`;
  await lab.waiting("lab/nap", relative);
  await lab.waiting("lab/nap", absolute, { until: clock?.until.toISOString() });
  await moveClock("61 minutes");
  await lab.app.seen(relative, "after");
  expect(lab.app.ran(absolute)).toEqual(["before"]);
  await moveClock("30 minutes");
  await lab.app.seen(absolute, "after");
});

test("an event of the future starts its run then", async () => {
  const key = lab.newKey();
  const [clock] = await lab.sql<{ ts: Date }[]>`select app_now() + interval '2 hours' as ts`;
  await lab.app.client.send({ name: "lab/steps", data: { key }, ts: clock?.ts.getTime() });
  await sleep(100);
  expect(lab.app.ran(key)).toEqual([]);
  await moveClock("2 hours");
  await lab.ended(key, "steps");
});

test("a batch begins no earlier than the time of its first event, full or not", async () => {
  const [full, waiting] = [lab.newKey(), lab.newKey()];
  const [clock] = await lab.sql<{ ts: Date }[]>`select app_now() + interval '2 hours' as ts`;
  const ts = clock?.ts.getTime();
  const of = (key: string) => ({ name: "lab/batched", data: { key }, ts });
  await lab.app.client.send([of(full), of(full), of(waiting)]);
  const seen = () => [...lab.app.ran(full), ...lab.app.ran(waiting)];
  await sleep(100);
  expect(seen()).toEqual([]);
  await moveClock("1 hour");
  await sleep(100);
  expect(seen()).toEqual([]);
  await moveClock("1 hour");
  await lab.app.seen(full, "batch of 2");
  await lab.app.seen(waiting, "batch of 1");
});

test("an app whose clock is ahead of the database's waits for nothing", async () => {
  const [key, later] = [lab.newKey(), lab.newKey()];
  const [clock] = await lab.sql<{ ms: number }[]>`
    select extract(epoch from app_now())::float8 * 1000 + 3600 * 1000 as ms`;
  const ms = Math.round(clock?.ms ?? 0);
  const send = (data: object, ts: number) =>
    fetch(`${lab.engine.url}/e/${eventKey}`, {
      method: "POST",
      headers: { "x-inngest-event-id-seed": `${ms},${randomBytes(10).toString("base64")}` },
      body: JSON.stringify([{ name: "lab/steps", data, ts }]),
    });
  await send({ key: later }, ms + 1);
  await send({ key }, ms);
  await lab.ended(key, "steps");
  expect(lab.app.ran(later)).toEqual([]);
});

test("a wait takes the first event that fits, and nothing when its time is over", async () => {
  const [key, late] = [lab.newKey(), lab.newKey()];
  await lab.waiting("lab/wait", key);
  await lab.waiting("lab/wait", late);
  const signal = (to: string, n: number) => lab.app.client.send({ name: "lab/signal", data: { key: to, n } });
  await signal("somebody else", 5);
  await signal(key, 1);
  await signal(key, 2);
  await signal(key, 3);
  await lab.app.seen(key, "got 2");
  expect(lab.app.ran(late)).toEqual(["before"]);
  await moveClock("1 hour");
  await lab.app.seen(late, "got nothing");
  expect(lab.app.ran(key)).toEqual(["before", "got 2"]);
});

test("an event cancels the run that it names, and no other", async () => {
  const [key, other] = [lab.newKey(), lab.newKey()];
  await lab.waiting("lab/cancellable", key);
  await lab.waiting("lab/cancellable", other);
  await lab.app.client.send({ name: "lab/cancel", data: { key } });
  await lab.ended(key, "cancellable", "cancelled");
  await moveClock("1 hour");
  await lab.app.seen(other, "after");
  expect(lab.app.ran(key)).toEqual(["before"]);
});

/** Keeps moving the clock until back-off after back-off is over. */
async function throughRetries(until: () => boolean, what: string) {
  const check = async () => {
    if (until()) return true;
    await moveClock("10 seconds");
    return false;
  };
  await eventually(check, what);
}

test("a failing step is tried again, and fails for good after its last try", async () => {
  const [recovers, fails] = [lab.newKey(), lab.newKey()];
  await lab.app.client.send([
    { name: "lab/flaky", data: { key: recovers, failures: 2 } },
    { name: "lab/flaky", data: { key: fails, failures: 9 } },
  ]);
  await throughRetries(() => lab.app.count(recovers, "succeeded") === 1, "the step recovers");
  await throughRetries(() => lab.app.count(fails, "caught failure 2") === 1, "the step fails");
  expect(lab.app.ran(recovers)).toEqual(["first", "try 0", "try 1", "try 2", "succeeded"]);
  expect(lab.app.ran(fails)).toEqual(["first", "try 0", "try 1", "try 2", "caught failure 2"]);
});

test("a non-retriable error ends the run at once and calls onFailure once", async () => {
  const key = lab.newKey();
  await lab.app.client.send({ name: "lab/fatal", data: { key } });
  await lab.app.seen(key, "onFailure never again");
  expect(lab.app.ran(key)).toEqual(["try", "onFailure never again"]);
  expect(await lab.runsOf(key, "fatal")).toMatchObject([
    { status: "failed", output: { message: "never again" } },
  ]);
});

test("a RetryAfterError waits as long as it says", async () => {
  const key = lab.newKey();
  await lab.app.client.send({ name: "lab/later", data: { key } });
  await lab.app.seen(key, "try 0");
  await moveClock("59 minutes");
  await sleep(100);
  expect(lab.app.ran(key)).toEqual(["try 0"]);
  await moveClock("61 seconds");
  await lab.app.seen(key, "try 1");
});

test("a concurrency key lets one step run at a time, and a sleeping run holds no slot", async () => {
  const key = lab.newKey();
  const events = ["x", "x", "x", "x", "y", "y", "y"].map((lane) => ({
    name: "lab/limited",
    data: { key, lane: `${key}${lane}`, napping: lane === "x" },
  }));
  await lab.app.client.send(events);
  await eventually(() => lab.app.count(key, "together 1") === 7, "all seven worked");
  expect(lab.app.ran(key).filter((line) => line === "together 2")).toEqual([]);
  await eventually(async () => (await lab.jobsOf(key, "sleep")) === 4, "four of them sleep");
  await moveClock("1 hour");
  await eventually(() => lab.app.count(key, "ended") === 7, "all seven ended");
});

test("a singleton skips a second start, or cancels the first", async () => {
  const [skip, cancel] = [lab.newKey(), lab.newKey()];
  await lab.waiting("lab/single-skip", skip, { n: 1 });
  await lab.waiting("lab/single-cancel", cancel, { n: 1 });
  await lab.app.client.send({ name: "lab/single-skip", data: { key: skip, n: 2 } });
  await lab.app.client.send({ name: "lab/single-cancel", data: { key: cancel, n: 2 } });
  await lab.app.seen(cancel, "before 2");
  await eventually(
    async () => (await lab.runsOf(cancel, "single-cancel"))[0]?.status === "cancelled",
    "the first is cancelled",
  );
  await eventually(async () => (await lab.jobsOf(cancel, "sleep")) === 1, "the second sleeps");
  await moveClock("1 hour");
  await lab.app.seen(skip, "after 1");
  await lab.app.seen(cancel, "after 2");
  expect(lab.app.ran(skip)).toEqual(["before 1", "after 1"]);
  expect(lab.app.ran(cancel)).toEqual(["before 1", "before 2", "after 2"]);
});

test("the same event id starts a function once in 24 hours", async () => {
  const key = lab.newKey();
  const send = () => lab.app.client.send({ name: "lab/sent", data: { key }, id: key });
  await Promise.all([send(), send(), send()]);
  await lab.app.seen(key, "received");
  await moveClock("23 hours");
  await send();
  await sleep(100);
  expect(lab.app.count(key, "received")).toBe(1);
  await moveClock("61 minutes");
  await send();
  await eventually(() => lab.app.count(key, "received") === 2, "the id is free again after a day");
});

test("a run's state beyond 4 MB is fetched by the SDK", async () => {
  const key = lab.newKey();
  await lab.app.client.send({ name: "lab/large", data: { key, size: 2_500_000 } });
  await lab.app.seen(key, "ended 2500000,2500000,2500000");
});

test("the real server's limits end a run with a sentence", async () => {
  const [long, large, full] = [lab.newKey(), lab.newKey(), lab.newKey()];
  await lab.waiting("lab/nap", long);
  await lab.waiting("lab/nap", full);
  await lab.sql`
    update queue.runs set state_bytes = 32 * 1024 * 1024 - 2 where events -> 0 -> 'data' ->> 'key' = ${full}`;
  await lab.sql`update queue.runs set step_count = 1000 where events -> 0 -> 'data' ->> 'key' = ${long}`;
  await moveClock("1 hour");
  await lab.ended(long, "nap", "failed");
  expect((await lab.runsOf(long, "nap"))[0]?.output).toMatchObject({
    message: expect.stringMatching(/more than 1000 steps/) as string,
  });
  await lab.ended(full, "nap", "failed");
  expect((await lab.runsOf(full, "nap"))[0]?.output).toMatchObject({
    message: expect.stringMatching(/more than 32 MB/) as string,
  });
  await lab.app.client.send({ name: "lab/large", data: { key: large, size: 5_000_000 } });
  await lab.ended(large, "large", "failed");
  expect((await lab.runsOf(large, "large"))[0]?.output).toMatchObject({
    message: expect.stringMatching(/step "x" has \d+ bytes/) as string,
  });
});

test("events and registrations with a wrong key are refused", async () => {
  const body = JSON.stringify({ name: "lab/steps" });
  expect((await fetch(`${lab.engine.url}/e/wrong`, { method: "POST", body })).status).toBe(401);
  const strangers = { engineUrl: lab.engine.url, signingKey: `signkey-test-${"6b".repeat(16)}`, eventKey };
  const other = await startApp(strangers);
  expect((await fetch(other.url, { method: "PUT" })).status).toBe(401);
  await other.kill();
});

test("a schedule fires once at its moment in its zone, however many engines look", async () => {
  const second = await lab.launch({ port: 0 });
  const [row] = await lab.sql<
    { at: Date; wait: string }[]
  >`select next_at as at, (next_at - app_now() - interval '1 minute')::text as wait from queue.crons where function_id = 'lab-yearly'`;
  expect(row?.at.toISOString()).toMatch(/-01-01T00:00:00.000Z$/);
  await moveClock(row?.wait ?? "");
  await sleep(100);
  expect(lab.app.ran("cron")).toEqual([]);
  await moveClock("2 minutes");
  await lab.app.seen("cron", `fired ${row?.at.toISOString() ?? ""}`);
  await sleep(150);
  expect(lab.app.ran("cron")).toEqual([`fired ${row?.at.toISOString() ?? ""}`]);
  const [next] = await lab.sql<
    { years: number }[]
  >`select extract(year from age(next_at, ${row?.at ?? null}))::int as years from queue.crons where function_id = 'lab-yearly'`;
  expect(next?.years).toBe(1);
  await second.stop(1000);
});

test("a schedule whose singleton still runs skips its moment", async () => {
  const until = async (time: string) => {
    const [row] = await lab.sql<{ wait: string }[]>`
      select (date_trunc('day', app_now() at time zone 'UTC') at time zone 'UTC' + ${time}::interval - app_now())::text as wait`;
    await moveClock(row?.wait ?? "");
  };
  const isNapping = async () =>
    (
      await lab.sql`
      select from queue.jobs where kind = 'sleep' and function_id = 'lab-patient'`
    ).length === 1;
  await until("1 hour 1 second");
  await eventually(isNapping, "the first run naps");
  await until("1 hour 1 minute 1 second");
  await eventually(
    async () => (await lab.sql`select from queue.cron_fires where function_id = 'lab-patient'`).length === 2,
    "the second moment has come",
  );
  expect(lab.app.ran("patient")).toHaveLength(1);
  expect(await lab.sql`select from queue.runs where function_id = 'lab-patient'`).toHaveLength(1);
});
