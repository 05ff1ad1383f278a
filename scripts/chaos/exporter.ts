import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { createContacts, createList } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { apiOf, isPassing, surely } from "./api.ts";
import { asOwner } from "./product.ts";
import type { World } from "./world.ts";

/*
 * Exports of people whom nobody changes, one after the other: the file of each is, byte for byte, what can be written
 * down beforehand.
 */

/** More than the web server writes while the browser waits. */
const people = 1_200;
const address = (world: World, n: number) => `e${String(n).padStart(4, "0")}.r${world.seed}@export.test`;
const name = (n: number) => (n % 7 === 0 ? `Lee, "E${n}"` : `E${n}`);

function fileOf(world: World, format: "csv" | "ndjson"): Buffer {
  const each = Array.from({ length: people }, (_, n) => [address(world, n), name(n)] as const);
  return Buffer.from(
    format === "csv"
      ? `\ufeffemail,first_name\r\n${each.map(([email, first]) => `${email},${quoted(first)}\r\n`).join("")}`
      : each.map(([email, first]) => `${JSON.stringify({ email, first_name: first })}\n`).join(""),
  );
}
const quoted = (text: string) => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

async function makeList(world: World): Promise<string> {
  return surely("people to export", () =>
    withTenant(world.tenant.scope, async (tx) => {
      const title = "To export";
      // The commit of the last try may have been made, and its answer lost.
      const [there] = await tx.execute<{ id: string }>(sql`select id from segments where name = ${title}`);
      if (there) return there.id;
      const each = Array.from({ length: people }, (_, n) => ({
        email: address(world, n),
        firstName: name(n),
      }));
      return createList(tx, { name: title, contactIds: await createContacts(tx, each) });
    }),
  );
}

export async function exportThem(world: World): Promise<{ exports: number }> {
  const segmentId = await makeList(world);
  let exports = 0;
  for (; !world.over; exports += 1) {
    const format = exports % 2 === 0 ? "csv" : "ndjson";
    const key = crypto.randomUUID();
    const { id } = await surely("an export", () =>
      apiOf(world.product.env, world.tenant).exports.create.mutate({
        key,
        of: { kind: "segment", segmentId },
        format,
        fields: ["email", "first_name"],
      }),
    );
    const file = await awaitFile(world, id);
    if (file === null) break;
    const expected = fileOf(world, format);
    if (!file.equals(expected))
      world.breaches.push(
        `export ${id} (${format}) has ${file.length} bytes, which are not the ${expected.length} that it should have`,
      );
    for (let rested = 0; rested < 20 && !world.over && !isWanted(world); rested += 1) await sleep(100);
  }
  return { exports };
}

const isWanted = ({ wanted }: World) => wanted === "export" || wanted === "exported";

const patienceMs = 600_000;

/** The file of an export when it is complete; null, and a breach, when it never is. */
async function awaitFile(world: World, id: string): Promise<Buffer | null> {
  let status = "gone";
  for (const deadline = performance.now() + patienceMs; performance.now() < deadline; await sleep(150)) {
    const [job] = await surely("the state of an export", () =>
      asOwner(
        world.product,
        (owner) => owner<{ status: string }[]>`select status from export_jobs where id = ${id}`,
      ),
    );
    status = job?.status ?? "gone";
    if (status === "completed") return surely("a download", () => download(world, id));
    if (status === "failed") break;
  }
  world.breaches.push(`export ${id} is ${status}, and not completed`);
  return null;
}

async function download({ product: { env }, tenant }: World, id: string): Promise<Buffer> {
  // The link is for minutes of the app's time, which may have passed meanwhile: then another is asked for.
  for (let tries = 0; ; tries += 1) {
    const { path } = await apiOf(env, tenant).exports.link.mutate({ id });
    const answer = await fetch(`${env.APP_URL}${path}`, { signal: AbortSignal.timeout(20_000) });
    const file = Buffer.from(await answer.arrayBuffer());
    if (answer.ok) return file;
    const problem = new Error(
      `${answer.status >= 500 ? "passing: " : ""}the download answers ${answer.status}`,
    );
    if (isPassing(problem) || tries > 20) throw problem;
    await sleep(100);
  }
}
