import { afterAll, beforeAll, expect, test } from "vitest";
import { startApp } from "./conformance-app.ts";
import { eventKey, openLab, signingKey, type Lab } from "./conformance-lab.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());

test("nothing is left over of runs that have ended", async () => {
  const keys = [lab.newKey(), lab.newKey(), lab.newKey()];
  const [done = "", cancelled = "", failed = ""] = keys;
  await lab.app.client.send([
    { name: "lab/steps", data: { key: done } },
    { name: "lab/fatal", data: { key: failed } },
  ]);
  await lab.waiting("lab/cancellable", cancelled);
  await lab.app.client.send({ name: "lab/cancel", data: { key: cancelled } });
  await lab.ended(done, "steps");
  await lab.ended(failed, "fatal", "failed");
  await lab.ended(cancelled, "cancellable", "cancelled");
  expect(
    await lab.sql`
      select kind, run_id from queue.jobs where run_id not in (select id from queue.runs where status = 'running')
      union all
      select kind, run_id from queue.waits where run_id not in (select id from queue.runs where status = 'running')`,
  ).toEqual([]);
});

test("a function that comes to listen to the end of runs hears of the very next", async () => {
  const [before, after] = [lab.newKey(), lab.newKey()];
  await lab.app.client.send({ name: "lab/sent", data: { key: before } });
  await lab.ended(before, "receiver");
  const listener = await startApp(
    { engineUrl: lab.engine.url, signingKey, eventKey, id: "listener" },
    (client, trace) => [
      client.createFunction(
        { id: "hears", triggers: [{ event: "inngest/function.finished" }] },
        ({ event }) => trace((event.data.event as { data: { key: string } }).data.key, "heard"),
      ),
    ],
  );
  expect((await fetch(listener.url, { method: "PUT" })).status).toBe(200);
  await lab.app.client.send({ name: "lab/sent", data: { key: after } });
  await listener.seen(after, "heard");
  expect(listener.ran(before)).toEqual([]);
  await listener.kill();
  await lab.sql`delete from queue.functions where app_id = 'listener'`;
});
