import { setTimeout as sleep } from "node:timers/promises";
import { apiOf, post, refusalOf, surely } from "./api.ts";
import { chance, type LineName, planPause, sizes } from "./plan.ts";
import { asOwner } from "./product.ts";
import type { Entry } from "./sink-history.ts";
import { noteStop } from "./stops.ts";
import { appNow, type Launched, launchCampaign, type World } from "./world.ts";

/*
 * What people do while processes are killed under their hands. All of them go on until the round is over, and hurry when
 * a kill waits for what they do.
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

/** What no launch brings about. */
const apart = new Set<LineName>(["slice", "sliced", "undo", "upload", "export", "exported"]);
/** A line that is not come to for so long wants for people on their way. */
const quietMs = 1_200;

/** Some series are on their way at any time, and one campaign with a daily limit and a window in the round. */
export async function launchThem(world: World): Promise<void> {
  const { paced, seriesAtOnce } = sizes[world.size];
  if (paced) await launchCampaign(world, "paced");
  let wanted: LineName | null = null;
  let since = 0;
  while (!world.over) {
    if (world.wanted !== wanted) [wanted, since] = [world.wanted, performance.now()];
    const hurries =
      wanted !== null && !apart.has(wanted) && (wanted === "launch" || performance.now() - since > quietMs);
    const count = (await running(world, "series")).length;
    if (count < seriesAtOnce || (hurries && count < seriesAtOnce + 2)) {
      await launchCampaign(world, "series");
      since = performance.now();
    }
    await sleep(250);
  }
}

/** Pauses the series that runs and lets it go on, and notes between which moments nothing of it may be claimed. */
export async function pauseThem(world: World): Promise<void> {
  const api = apiOf(world.product.env, world.tenant);
  for (let n = 0; !world.over; n += 1) {
    const { afterMs, restMs } = planPause(world.seed, n);
    await sleep(afterMs);
    if (world.over) return;
    const ids = await running(world, "series");
    const campaign = world.campaigns.findLast(({ id }) => ids.includes(id));
    if (!campaign) continue;
    const { id: campaignId } = campaign;
    await surely("a pause", () =>
      api.campaigns.pause.mutate({ id: campaignId }).catch((error: unknown) => {
        if (refusalOf(error) !== "conflict") throw error;
      }),
    );
    if ((await stateOf(world, campaignId)) !== "paused") continue;
    const stop = await noteStop(world, { what: "paused", campaignId, to: null });
    const from = await appNow(world);
    await sleep(restMs);
    stop.till = Date.now();
    campaign.stopped.push({ from, to: await appNow(world) });
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

/** A person's browser: what says nothing of itself counts as a machine. */
const browser = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" };

/** Reads what has arrived as people do: some open it and click, a few ask for no more, and a few are suppressed. */
export async function readThem(world: World, entries: () => Entry[]): Promise<void> {
  let read = 0;
  while (!world.over) {
    const all = entries();
    for (const entry of all.slice(read))
      if (entry.event === "taken" && !world.over) await readOne(world, entry);
    read = all.length;
    await sleep(100);
  }
}

async function readOne(world: World, { to, subject = "", open, click, unsubscribe }: Entry): Promise<void> {
  const { seed, wanted } = world;
  const does = (what: string, share: number, line: LineName) =>
    chance(seed, to, what, subject) < (wanted === line ? 0.5 : share);
  if (open && does("opens", 0.1, "hit")) await post("an open", open, { method: "GET", headers: browser });
  if (click && chance(seed, to, "clicks", subject) < 0.04)
    await post("a click", click, { method: "GET", headers: browser, redirect: "manual" });
  if (world.unsubscribed.has(to) || world.suppressed.has(to)) return;
  if (unsubscribe && does("stops", 0.02, "stop")) {
    await post("an unsubscription", unsubscribe, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "List-Unsubscribe=One-Click",
    });
    await noteStop(world, { what: "unsubscribed", campaignId: null, to });
    world.unsubscribed.set(to, await appNow(world));
  } else if (does("suppressed", 0.02, "suppress")) {
    await surely("a suppression", () =>
      apiOf(world.product.env, world.tenant).suppressions.add.mutate({ emails: to }),
    );
    await noteStop(world, { what: "suppressed", campaignId: null, to });
    world.suppressed.set(to, await appNow(world));
  }
}
