import { connect } from "node:net";
import path from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { z } from "zod";
import type { Env } from "#server/env";
import { chosenLists, entryOf } from "#server/domains/block-lists";
import { resolverOf } from "#server/domains/name-service";
import { storageFrom } from "#server/storage";
import { note, ok, problem, reasonOf } from "./findings.ts";
import type { Finding } from "./findings.ts";

const engineHealth = z.object({
  problems: z.array(z.string()),
  workers: z.array(z.object({ url: z.string(), live: z.boolean() })),
});

export async function checkEngine(env: Env): Promise<Finding[]> {
  const url = env.INNGEST_BASE_URL ?? "https://api.inngest.com";
  try {
    const answer = await fetch(env.inngestMode === "embedded" ? `${url}/health` : url, {
      signal: AbortSignal.timeout(5_000),
    });
    if (env.inngestMode !== "embedded") return [ok("inngest", `${url} answers`)];
    const health = engineHealth.parse(await answer.json());
    const live = health.workers.filter((worker) => worker.live);
    return [
      ok("engine", `${url} answers`),
      live.length > 0
        ? ok("functions", `registered by ${live.map((worker) => worker.url).join(", ")}`)
        : problem(
            "functions",
            health.problems[0] ?? "no worker is registered",
            "Look into worker.log in the logs folder, then restart npm run up.",
          ),
    ];
  } catch (error) {
    const fix =
      env.inngestMode === "embedded"
        ? "Look into engine.log in the logs folder."
        : "Check INNGEST_BASE_URL, and that the server runs.";
    return [problem("engine", `${url} does not answer: ${reasonOf(error)}`, fix)];
  }
}

export async function checkWeb(name: string, url: string): Promise<Finding> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(60_000) });
    const said = await answer.text();
    return answer.ok
      ? ok(name, `${url} is ready`)
      : problem(
          name,
          `${url} is not ready: ${said.slice(0, 300)}`,
          `Look into ${name}.log in the logs folder.`,
        );
  } catch (error) {
    return problem(
      name,
      `${url} does not answer: ${reasonOf(error)}`,
      `Look into ${name}.log in the logs folder.`,
    );
  }
}

export async function checkStorage(env: Env): Promise<Finding> {
  const where =
    env.STORAGE_DRIVER === "s3" ? `the bucket ${env.STORAGE_S3_BUCKET}` : path.resolve(env.DATA_DIR, "files");
  const key = `doctor/${process.pid}.txt`;
  try {
    const storage = storageFrom(env);
    await storage.put(key, Readable.from([Buffer.from("doctor")]));
    const back = await text(storage.read(key));
    await storage.remove(key);
    if (back !== "doctor")
      return problem(
        "files",
        `${where} gave back something else than was written`,
        "Check what else writes there.",
      );
    return ok("files", `${where} can be written and read`);
  } catch (error) {
    const fix =
      env.STORAGE_DRIVER === "s3"
        ? "Check STORAGE_S3_*, and that the keys may read, write and delete."
        : `Give this user write access to ${where}.`;
    return problem("files", `${where} cannot be used: ${reasonOf(error)}`, fix);
  }
}

function reach(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 5_000 });
    const end = (how?: string) => {
      socket.destroy();
      resolve(how);
    };
    socket.once("connect", () => end());
    socket.once("timeout", () => end("no answer within 5 s"));
    socket.once("error", (error) => end(reasonOf(error)));
  });
}

export async function checkMail(env: Env, isRunning: boolean): Promise<Finding> {
  if (env.SMTP_URL) {
    const url = new URL(env.SMTP_URL);
    const port = Number(url.port) || (url.protocol === "smtps:" ? 465 : 587);
    const trouble = await reach(url.hostname, port);
    return trouble === undefined
      ? ok("mail", `${url.hostname} port ${port} answers`)
      : problem(
          "mail",
          `${url.hostname} port ${port} cannot be reached: ${trouble}`,
          "Check SMTP_URL, and that outgoing mail ports are open here.",
        );
  }
  if (!env.SANDBOX)
    return problem(
      "mail",
      "there is neither SMTP_URL nor the sandbox: nothing can be sent",
      "Set SMTP_URL, or leave SANDBOX on.",
    );
  if (!isRunning) return note("mail", "the sandbox starts with npm run up");
  const trouble = await reach("127.0.0.1", env.SANDBOX_SMTP_PORT);
  return trouble === undefined
    ? ok("mail", `the sandbox takes mail on port ${env.SANDBOX_SMTP_PORT}`)
    : problem(
        "mail",
        `the sandbox on port ${env.SANDBOX_SMTP_PORT} cannot be reached: ${trouble}`,
        "Look into sandbox.log in the logs folder.",
      );
}

/** Whether the block lists answer us: each has an entry for `test` and none for `invalid` (RFC 5782, 5). */
export async function checkBlockLists(env: Env): Promise<Finding[]> {
  const lists = chosenLists(env.DNS_BLOCK_LISTS);
  if (lists.length === 0) return [note("block lists", "none is asked (DNS_BLOCK_LISTS)")];
  const resolver = resolverOf(env.DNS_SERVERS);
  return Promise.all(
    lists.map(async ({ name, zone }) => {
      const [held, never] = await Promise.all([
        entryOf(resolver, "test", zone),
        entryOf(resolver, "invalid", zone),
      ]);
      const silent = [held, never].find((said) => said.state === "unknown");
      if (silent?.state === "unknown")
        return problem(
          "block lists",
          `${name} says nothing: ${silent.note}`,
          "Check its zone in DNS_BLOCK_LISTS, its terms of use, and that DNS_SERVERS names a resolver of your own.",
        );
      if (never.state === "listed")
        return problem(
          "block lists",
          `${name} names every domain, as lists do that are shut: what it says is not believed`,
          "Take it out of DNS_BLOCK_LISTS.",
        );
      if (held.state === "clear")
        return problem(
          "block lists",
          `${name} does not hold its test entry: it is no list of domains, or is not served any more`,
          "Check its zone in DNS_BLOCK_LISTS. A list of addresses (of servers) names no domains.",
        );
      return ok("block lists", `${name} answers`);
    }),
  );
}
