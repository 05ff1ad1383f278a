import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Env } from "#server/env";
import { surely } from "./api.ts";
import { type Armed, armLine, isDatabaseLine } from "./lines.ts";
import type { Kill, LineName, Part } from "./plan.ts";
import { asOwner, awaitPart, kill, victims } from "./product.ts";
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
const patienceMs = 8_000;

/** Kills a part, or two at once, at its moment, and waits until all of it works again. */
export async function carryOut(world: World, planned: Kill): Promise<Done> {
  const { moment, part, also, which } = planned;
  const killed = [part, ...(also ? [also] : [])].flatMap((one) =>
    victims(world.product, { part: one, which }).map((env) => ({ part: one, env })),
  );
  const stood =
    "line" in moment ? await killAtLine(world, killed, moment) : await killAfter(killed, moment.afterMs);
  const startedAt = performance.now();
  // A claim whose commit was sent with the last breath is made by now.
  await sleep(200);
  const inHand = await claimedNow(
    world,
    killed.map((one) => one.part),
  );
  await Promise.all(killed.map((one) => awaitPart(one.env, one.part)));
  return { kill: planned, stood, inHand, backMs: performance.now() - startedAt };
}

type Victim = { part: Part; env: Env };

async function killAfter(killed: readonly Victim[], afterMs: number): Promise<boolean> {
  await sleep(afterMs);
  await killSurely(killed);
  return true;
}

/** What is just being started is not there yet. */
async function killSurely(killed: readonly Victim[]): Promise<void> {
  for (const { env, part } of killed) {
    const deadline = performance.now() + 30_000;
    while (kill(env, part) === 0) {
      if (performance.now() > deadline) throw new Error(`There is no process of ${part} to kill.`);
      await sleep(50);
    }
  }
}

async function killAtLine(
  world: World,
  killed: readonly Victim[],
  { line, change }: { line: LineName; change: number },
): Promise<boolean> {
  const { env } = world.product;
  const armed = isDatabaseLine(line)
    ? await surely("a line", () => armLine(env.DATABASE_OWNER_URL, line, change))
    : armSink(world, line, change);
  // Whoever can bring it about does so now.
  world.wanted = line;
  try {
    const deadline = performance.now() + patienceMs;
    let standing = await armed.isStanding();
    while (!standing && performance.now() < deadline) {
      await sleep(20);
      standing = await armed.isStanding();
    }
    await killSurely(killed);
    return standing;
  } finally {
    world.wanted = null;
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
const claimedNow = (world: World, parts: readonly Part[]): Promise<Map<string, string[]>> =>
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
        if (parts.includes("worker") || parts.includes("postgres")) world.orphaned.add(id);
      }
      return inHand;
    }),
  );
