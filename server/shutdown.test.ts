import { spawn } from "node:child_process";
import { once } from "node:events";
import { get } from "node:http";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";

/** A server that waits for its last request without end. */
const program = (setUp: string) => `
  import { createServer } from "node:http";
  import { endInTime } from "./server/shutdown.ts";
  ${setUp}
  process.on("SIGTERM", () => server.close());
  const server = createServer((request, response) => {
    if (request.url === "/hangs") return void console.log("hangs");
    setTimeout(() => response.end("answered"), 100);
  });
  server.listen(0, "127.0.0.1", () => console.log(server.address().port));
`;

async function endOf(path: string, setUp: string) {
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", program(setUp)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const port = Number((await lines.next()).value);
  const request = get({ port, path, agent: false });
  const answer = once(request, "response").then(
    () => "answered",
    (error: NodeJS.ErrnoException) => error.code,
  );
  if (path === "/hangs") await lines.next();
  else await once(request, "finish");
  child.kill("SIGTERM");
  const [code] = (await once(child, "exit")) as [number | null];
  return { code, answer: await answer };
}

test("who is told to end answers what is under way, and waits for nobody beyond its time", async () => {
  expect(await endOf("/answers", "endInTime(10_000);")).toEqual({ code: 0, answer: "answered" });
  expect(await endOf("/hangs", "endInTime(200);")).toEqual({ code: 143, answer: "ECONNRESET" });
});
