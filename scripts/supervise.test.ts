import { expect, test } from "vitest";
import type { Running } from "./child.ts";
import { pauseBefore, supervise } from "./supervise.ts";

/** A service whose processes the test ends by hand. */
function puppet(name: string, order: string[] = []) {
  const ends: ((how: string) => void)[] = [];
  let failures = 0;
  const start = async (): Promise<Running> => {
    if (failures > 0) {
      failures -= 1;
      throw new Error("port taken");
    }
    const { promise: ended, resolve } = Promise.withResolvers<string>();
    ends.push(resolve);
    order.push(`start ${name}`);
    const stop = async () => {
      order.push(`stop ${name}`);
      resolve("stopped");
    };
    return { pid: 1, ended, stop, kill: () => resolve("killed") };
  };
  return {
    service: { name, start },
    end: (how: string) => ends.at(-1)?.(how),
    starts: () => ends.length,
    failNext: (n: number) => (failures = n),
  };
}

test("what ends is started again, and said so", async () => {
  const said: string[] = [];
  const web = puppet("web");
  const supervisor = supervise((line) => said.push(line));
  await supervisor.run(web.service);
  web.end("signal SIGKILL");
  await expect.poll(web.starts, { timeout: 3_000 }).toBe(2);
  expect(said[0]).toBe("web ended (signal SIGKILL); starting it again");
  await expect.poll(() => said[1]).toBe("web runs again");
  await supervisor.stop();
});

test("a start that fails is tried again, later each time", async () => {
  const said: string[] = [];
  const web = puppet("web");
  const supervisor = supervise((line) => said.push(line));
  await supervisor.run(web.service);
  web.failNext(1);
  web.end("exit code 1");
  await expect.poll(web.starts, { timeout: 3_000 }).toBe(2);
  expect(said[1]).toContain("did not start; next try in 0.6 s. port taken");
  expect([0, 1, 2, 20].map(pauseBefore)).toEqual([300, 600, 1200, 30_000]);
  await supervisor.stop();
});

test("stopping goes backwards and starts nothing again", async () => {
  const order: string[] = [];
  const supervisor = supervise(() => undefined);
  const [database, web] = [puppet("database", order), puppet("web", order)];
  await supervisor.run(database.service);
  await supervisor.run(web.service);
  await supervisor.stop();
  expect(order).toEqual(["start database", "start web", "stop web", "stop database"]);
});

test("a first start that fails is the caller's to explain", async () => {
  const web = puppet("web");
  web.failNext(1);
  const supervisor = supervise(() => undefined);
  await expect(supervisor.run(web.service)).rejects.toThrow("port taken");
  await supervisor.stop();
  expect(web.starts()).toBe(0);
});
