import { setTimeout as sleep } from "node:timers/promises";
import { surely } from "./api.ts";
import { moveClock } from "./clock.ts";
import { asOwner } from "./product.ts";
import { appNow, type World } from "./world.ts";

const tenMinutesMs = 11 * 60_000;
const patienceMs = 300_000;
/** As long as the numbers of everybody take on a slow machine. */
const lookForMs = 20_000;

/** Moves the clock on until the daily numbers are counted and summed that were so at the end. What never is, is a breach. */
export async function awaitNumbers(world: World): Promise<void> {
  const { tenantId } = world.tenant;
  const ended = await appNow(world);
  for (const deadline = performance.now() + patienceMs; performance.now() < deadline;) {
    await moveClock(world, tenMinutesMs);
    for (const until = performance.now() + lookForMs; performance.now() < until; await sleep(150)) {
      const [row] = await surely("the daily numbers", () =>
        asOwner(
          world.product,
          (sql) => sql<{ counted: boolean; summed: boolean }[]>`
          select exists (select from analytics.analytics_rollups where tenant_id = ${tenantId} and updated_at > ${ended}) as counted,
            not exists (
              select campaign_id, sum(emails_sent), sum(emails_opened) from analytics.campaign_analytics where tenant_id = ${tenantId} group by 1
              except select campaign_id, sent, opened_tracked from analytics.campaign_performance_mv where tenant_id = ${tenantId}
            ) as summed`,
        ),
      );
      if (row?.counted && row.summed) return;
    }
  }
  world.breaches.push("recount: the daily numbers were not brought up to date");
}
