import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Env } from "#server/env";
import { surely } from "./api.ts";
import { type Armed, armLine, isDatabaseLine } from "./lines.ts";
import { holders, type Kill, type LineName, type Part } from "./plan.ts";
import { kill, victims } from "./processes.ts";
import { asOwner, awaitPart, type Product } from "./product.ts";
import type { World } from "./world.ts";

/** A message in somebody's hands, and by which claim. */
export type Claimed = { id: string; claim: string };
/** `inHand`: messages that were claimed at that moment, by mailbox, without those whose holder had died before. */
export type Done = {
  kill: Kill;
  /** False where the line was not come to in time: then it was killed wherever it was. */
  stood: boolean;
  inHand: Map<string, Claimed[]>;
  backMs: number;
};

/** How long it may take to come to a line. */
const patienceMs = 8_000;

/** Kills a part, or two at once, at its moment, and waits until all of it works again. */
export async function carryOut(world: World, planned: Kill): Promise<Done> {
  const { moment } = planned;
  const { stood, killed } =
    "line" in moment
      ? await killAtLine(world, planned, moment)
      : await killAfter(world, planned, moment.afterMs);
  const startedAt = performance.now();
  await awaitHungUp(
    world.product,
    killed.flatMap(({ ports }) => ports),
  );
  const inHand = await claimedNow(world, planned);
  await Promise.all(killed.map((one) => awaitPart(one.env, one.part)));
  return { kill: planned, stood, inHand, backMs: performance.now() - startedAt };
}

type Killed = { part: Part; env: Env; /** Of the connections that it had. */ ports: number[] };

async function killAfter(
  world: World,
  planned: Kill,
  afterMs: number,
): Promise<{ stood: boolean; killed: Killed[] }> {
  await sleep(afterMs);
  return { stood: true, killed: await killSurely(world, planned, null) };
}

/** Of two of a kind the one dies that has the connection which stands at the line. What is just being started is not there yet. */
async function killSurely(
  { product }: World,
  { part, also, which }: Kill,
  port: number | null,
): Promise<Killed[]> {
  const aims = [part, ...(also ? [also] : [])].flatMap((one) =>
    victims(product, { part: one, which, port }).map((env) => ({ part: one, env })),
  );
  const all: Killed[] = [];
  for (const { env, part: one } of aims) {
    const deadline = performance.now() + 30_000;
    let killed = kill(env, one);
    while (killed.processes === 0) {
      if (performance.now() > deadline) throw new Error(`There is no process of ${one} to kill.`);
      await sleep(50);
      killed = kill(env, one);
    }
    all.push({ part: one, env, ports: killed.ports });
  }
  return all;
}

async function killAtLine(
  world: World,
  planned: Kill,
  { line, change }: { line: LineName; change: number },
): Promise<{ stood: boolean; killed: Killed[] }> {
  const { env } = world.product;
  const armed = isDatabaseLine(line)
    ? await surely("a line", () => armLine(env.DATABASE_OWNER_URL, line, change))
    : armSink(world, line, change);
  // Whoever can bring it about does so now.
  world.wanted = line;
  try {
    const deadline = performance.now() + patienceMs;
    let port = await armed.standingPort();
    while (port === null && performance.now() < deadline) {
      await sleep(20);
      port = await armed.standingPort();
    }
    return { stood: port !== null, killed: await killSurely(world, planned, port) };
  } finally {
    world.wanted = null;
    await armed.release();
  }
}

/** Until Postgres has noticed the end of the dead: what their last breath had asked for is committed by then, or never is. */
async function awaitHungUp(product: Product, ports: readonly number[]): Promise<void> {
  const before = new Date();
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; await sleep(20)) {
    const left = await surely("what the dead had asked for", () =>
      asOwner(
        product,
        (sql) => sql`
        select from pg_stat_activity where client_port = any(${[...ports]}::int[]) and backend_start < ${before}`,
      ),
    );
    if (left.length === 0) return;
  }
  throw new Error("A statement of a process that was killed goes on after a minute.");
}

const standing = z.object({ standing: z.string(), port: z.number() });

function armSink({ product: { sink } }: World, line: LineName, change: number): Armed {
  let port: number | null = null;
  const onMessage = (message: unknown) => {
    const told = standing.safeParse(message);
    if (told.success) port = told.data.port;
  };
  sink.on("message", onMessage);
  sink.send({ arm: line, change });
  return {
    standingPort: () => Promise.resolve(port),
    release: async () => {
      sink.off("message", onMessage);
      sink.send({ release: true });
    },
  };
}

/** What is claimed now by somebody who was not known to be dead, by mailbox; from here on the holders are, if they were killed. */
const claimedNow = (world: World, { part, also }: Kill): Promise<Done["inHand"]> =>
  surely("the claimed messages", () =>
    asOwner(world.product, async (sql) => {
      const rows = await sql<(Claimed & { mailbox: string })[]>`
        select id, claim_token as claim, email_account_id as mailbox from content.email_messages
        where tenant_id = ${world.tenant.tenantId} and delivery_status = 'sending'
          and claim_token <> all(${[...world.orphaned]}::uuid[])`;
      if (holders.has(part) || (also && holders.has(also)))
        for (const { claim } of rows) world.orphaned.add(claim);
      return Map.groupBy(rows, ({ mailbox }) => mailbox);
    }),
  );
