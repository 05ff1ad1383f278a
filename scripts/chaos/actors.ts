import { setTimeout as sleep } from "node:timers/promises";
import { apiOf, post, refusalOf, surely } from "./api.ts";
import { type Pause, chance, sizes } from "./plan.ts";
import { asOwner } from "./product.ts";
import type { Entry } from "./sink-history.ts";
import { appNow, type Launched, launchCampaign, type World } from "./world.ts";

/*
 * What people do while processes are killed under their hands. All of them go on until the round is over.
 */

const running = (world: World, kind: Launched["kind"]): Promise<string[]> =>
  surely("the state of campaigns", () =>
    asOwner(world.product, async (sql) => {
      const ids = world.campaigns.filter((one) => one.kind === kind).map(({ id }) => id);
      const rows = await sql<{ id: string }[]>`
        select id from campaigns where id = any(${ids}::uuid[]) and status in ('active', 'paused')`;
      return rows.map(({ id }) => id);
    }),
  );

/** Some series are on their way at any time, and one campaign with a daily limit and a window in the round. */
export async function launchThem(world: World): Promise<void> {
  const { paced, seriesAtOnce } = sizes[world.size];
  if (paced) await launchCampaign(world, "paced");
  while (!world.over) {
    if ((await running(world, "series")).length < seriesAtOnce) await launchCampaign(world, "series");
    await sleep(400);
  }
}

/** Pauses the series that runs and lets it go on, and notes between which moments nothing of it may be claimed. */
export async function pauseThem(world: World, pauses: readonly Pause[]): Promise<void> {
  const api = apiOf(world.product.env, world.tenant);
  for (const { afterMs, restMs } of pauses) {
    await sleep(afterMs);
    if (world.over) return;
    const ids = await running(world, "series");
    const campaign = world.campaigns.findLast(({ id }) => ids.includes(id));
    if (!campaign) continue;
    const { id: campaignId } = campaign;
    let paused = true;
    await surely("a pause", () =>
      api.campaigns.pause.mutate({ id: campaignId }).catch((error: unknown) => {
        if (refusalOf(error) !== "conflict") throw error;
      }),
    );
    paused = (await stateOf(world, campaignId)) === "paused";
    if (!paused) continue;
    const [from, since] = [await appNow(world), Date.now()];
    await sleep(restMs);
    const [till, to] = [Date.now(), await appNow(world)];
    campaign.stopped.push({ from, to, since, till });
    await resume(world, campaignId);
  }
}

const stateOf = ({ product }: World, id: string): Promise<string> =>
  surely("the state of a campaign", () =>
    asOwner(product, async (sql) => {
      const [row] = await sql<{ status: string }[]>`select status from campaigns where id = ${id}`;
      return row?.status ?? "gone";
    }),
  );

export async function resume(world: World, id: string): Promise<void> {
  const api = apiOf(world.product.env, world.tenant);
  await surely("a resumption", () =>
    api.campaigns.resume.mutate({ id, confirmed: true }).catch((error: unknown) => {
      if (refusalOf(error) !== "conflict") throw error;
    }),
  );
}

/** Reads what has arrived as people do: some open it, and a few ask for no more. */
export async function readThem(world: World, entries: () => Entry[]): Promise<void> {
  let read = 0;
  while (!world.over) {
    const all = entries();
    for (const { event, to, open, unsubscribe } of all.slice(read)) {
      if (event !== "taken" || world.over) continue;
      if (open && chance(world.seed, to, "opens") < 0.1) await post("an open", open, { method: "GET" });
      if (unsubscribe && !world.unsubscribed.has(to) && chance(world.seed, to, "stops") < 0.03) {
        await post("an unsubscription", unsubscribe, {
          method: "POST",
          headers: { "content-type": "application/x-www-form-urlencoded" },
          body: "List-Unsubscribe=One-Click",
        });
        world.unsubscribed.set(to, await appNow(world));
      }
    }
    read = all.length;
    await sleep(150);
  }
}
