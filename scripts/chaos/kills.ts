import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Env } from "#server/env";
import { surely } from "./api.ts";
import { type Armed, armLine, isDatabaseLine } from "./lines.ts";
import type { Kill, LineName, Part } from "./plan.ts";
import { asOwner, awaitPart, kill } from "./product.ts";
import type { World } from "./world.ts";

/** `inHand`: messages that were claimed at that moment and not at an earlier kill, by mailbox. */
export type Done = {
  kill: Kill;
  /** False where the line was not come to in time: then it was killed wherever it was. */
  stood: boolean;
  inHand: Map<string, string[]>;
  backMs: number;
};

/** How long it may take to come to a line. */
const patienceMs = 12_000;

/** Kills a part at its moment, and waits until it works again. */
export async function carryOut(world: World, planned: Kill): Promise<Done> {
  const { moment, part } = planned;
  const stood =
    "line" in moment ? await killAtLine(world, part, moment) : await killAfter(world, part, moment.afterMs);
  const startedAt = performance.now();
  // A claim whose commit was sent with the last breath is made by now.
  await sleep(200);
  const inHand = await claimedNow(world, part);
  await awaitPart(world.product.env, part);
  return { kill: planned, stood, inHand, backMs: performance.now() - startedAt };
}

async function killAfter({ product: { env } }: World, part: Part, afterMs: number): Promise<boolean> {
  await sleep(afterMs);
  await killSurely(env, part);
  return true;
}

/** What is just being started is not there yet. */
async function killSurely(env: Env, part: Part): Promise<void> {
  for (const deadline = performance.now() + 30_000; performance.now() < deadline; await sleep(50))
    if (kill(env, part) > 0) return;
  throw new Error(`There is no process of ${part} to kill.`);
}

async function killAtLine(
  world: World,
  part: Part,
  { line, change }: { line: LineName; change: number },
): Promise<boolean> {
  const { env } = world.product;
  const armed = isDatabaseLine(line)
    ? await surely("a line", () => armLine(env.DATABASE_OWNER_URL, line, change))
    : armSink(world, line, change);
  try {
    const deadline = performance.now() + patienceMs;
    let standing = await armed.isStanding();
    while (!standing && performance.now() < deadline) {
      await sleep(20);
      standing = await armed.isStanding();
    }
    await killSurely(env, part);
    return standing;
  } finally {
    await armed.release();
  }
}

const standing = z.object({ standing: z.string() });

function armSink({ product: { sink } }: World, line: LineName, change: number): Armed {
  let stands = false;
  const onMessage = (message: unknown) => {
    if (standing.safeParse(message).success) stands = true;
  };
  sink.on("message", onMessage);
  sink.send({ arm: line, change });
  return {
    isStanding: () => Promise.resolve(stands),
    release: async () => {
      sink.off("message", onMessage);
      sink.send({ release: true });
    },
  };
}

/**
 * What is claimed now and was not at an earlier kill, by mailbox. A claim whose lease the clock has been moved over is called
 * unknown, and is in hand all the same.
 */
const claimedNow = (world: World, part: Part): Promise<Map<string, string[]>> =>
  surely("the claimed messages", () =>
    asOwner(world.product, async (sql) => {
      const rows = await sql<{ id: string; mailbox: string }[]>`
        select id, email_account_id as mailbox from content.email_messages
        where tenant_id = ${world.tenant.tenantId} and (delivery_status = 'sending'
          or (delivery_status = 'unknown' and id = any(${[...world.overtaken]}::uuid[])))`;
      const inHand = new Map<string, string[]>();
      for (const { id, mailbox } of rows) {
        if (!world.inHand.has(id)) inHand.set(mailbox, [...(inHand.get(mailbox) ?? []), id]);
        world.inHand.add(id);
        if (part === "worker" || part === "postgres") world.orphaned.add(id);
      }
      return inHand;
    }),
  );
