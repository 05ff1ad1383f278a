import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { createContacts } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { importOptions } from "#server/imports/schema";
import { apiOf, post, refusalOf, surely } from "./api.ts";
import { asOwner } from "./product.ts";
import type { World } from "./world.ts";

/*
 * Imports and their undos, one after the other, each held against what its file says.
 */

const known = 60;
const fresh = 500;
const address = (world: World, n: number, import_: number) =>
  n < known ? `k${n}.r${world.seed}@known.test` : `n${n}.i${import_}.r${world.seed}@import.test`;

/** Everybody is there before, is imported, and a few of the rows come twice: the later one counts. */
function fileOf(world: World, import_: number): { text: string; rows: number; names: Map<string, string> } {
  const names = new Map<string, string>();
  const lines: string[] = [];
  const add = (n: number, name: string) => {
    names.set(address(world, n, import_), name);
    lines.push(`${address(world, n, import_)},${name},"spring;wave ${n % 3}"`);
  };
  for (let n = 0; n < known + fresh; n += 1) add(n, `First ${n}`);
  for (let n = 0; n < known + fresh; n += 9) add(n, `Second ${n}`);
  return { text: `email,first_name,tags\n${lines.join("\n")}\n`, rows: lines.length, names };
}

const isWanted = ({ wanted }: World) =>
  wanted === "upload" || wanted === "slice" || wanted === "sliced" || wanted === "undo";

export async function importThem(world: World): Promise<{ imports: number }> {
  await surely("known contacts", () =>
    withTenant(world.tenant.scope, async (tx) => {
      // The commit of the last try may have been made, and its answer lost.
      const there = await tx.execute(
        sql`select from contacts where email_normalized = ${address(world, 0, 0)}`,
      );
      if (there.length > 0) return;
      const people = Array.from({ length: known }, (_, n) => ({
        email: address(world, n, 0),
        firstName: "Before",
      }));
      await createContacts(tx, people);
    }),
  );
  let imports = 0;
  for (; !world.over; imports += 1) {
    const { text, rows, names } = fileOf(world, imports);
    const id = await uploadAndCheck(world, text, imports);
    await ask(world, "start", id);
    const job = await awaitState(world, id, ["completed"]);
    if (!job) break;
    const told = `${job.total_rows} rows, ${job.created_count} made, ${job.updated_count} changed`;
    const expected = `${rows} rows, ${fresh} made, ${known} changed`;
    if (told !== expected) world.breaches.push(`import ${id} says ${told}, and its file ${expected}`);
    await compare(world, `import ${id}`, imports, names);
    await ask(world, "undo", id);
    if (!(await awaitState(world, id, ["rolled_back"]))) break;
    const before = Array.from({ length: known }, (_, n) => [address(world, n, 0), "Before"] as const);
    await compare(world, `the undo of import ${id}`, imports, new Map(before));
    for (let rested = 0; rested < 15 && !world.over && !isWanted(world); rested += 1) await sleep(100);
  }
  return { imports };
}

async function uploadAndCheck(world: World, text: string, n: number): Promise<string> {
  const { env } = world.product;
  const api = apiOf(env, world.tenant);
  const key = crypto.randomUUID();
  const sizeBytes = Buffer.byteLength(text);
  const { id } = await surely("an import", () =>
    api.imports.create.mutate({ key, fileName: `people ${n}.csv`, sizeBytes }),
  );
  const upload = { method: "PUT", body: text, headers: { "content-type": "application/octet-stream" } };
  await post("an upload", `${env.APP_URL}/api/uploads/${id}/0`, upload, world.tenant);
  const { mapping } = await surely("a look into the file", () => api.imports.inspect.mutate({ id }));
  await surely("a check", () =>
    api.imports.check
      .mutate({ id, mapping, options: importOptions.parse({ duplicates: "overwrite" }) })
      .catch(isAsked),
  );
  await awaitState(world, id, ["awaiting_confirmation"]);
  return id;
}

/** The answer to the last try may have been lost with the server. */
function isAsked(error: unknown): void {
  if (refusalOf(error) !== "conflict") throw error;
}

const ask = (world: World, what: "start" | "undo", id: string) =>
  surely(`a request to ${what}`, () =>
    apiOf(world.product.env, world.tenant).imports[what].mutate({ id }).catch(isAsked),
  );

type Job = {
  status: string;
  problem: string | null;
  total_rows: number;
  created_count: number;
  updated_count: number;
};
const patienceMs = 600_000;

/** Waits until the job is in one of the states; null, and a breach, when it never gets there. */
async function awaitState(world: World, id: string, states: string[]): Promise<Job | null> {
  let job: Job | undefined;
  for (const deadline = performance.now() + patienceMs; performance.now() < deadline; await sleep(150)) {
    [job] = await surely("the state of an import", () =>
      asOwner(
        world.product,
        (owner) => owner<Job[]>`
        select status, problem::text, total_rows, created_count, updated_count from import_jobs where id = ${id}`,
      ),
    );
    if (job && states.includes(job.status)) return job;
    if (job?.status === "failed") break;
  }
  world.breaches.push(
    `import ${id} is ${job?.status} (${job?.problem ?? "no problem"}), not ${states.join(" or ")}`,
  );
  return null;
}

/** Who is there of those whom the import is about, by address and first name, against who should be. */
async function compare(world: World, what: string, n: number, expected: Map<string, string>): Promise<void> {
  const rows = await surely("contacts", () =>
    asOwner(
      world.product,
      (owner) => owner<{ email: string; first_name: string }[]>`
      select email, first_name from contacts where tenant_id = ${world.tenant.tenantId} and deleted_at is null
        and (email like ${`%.i${n}.r${world.seed}@import.test`} or email like ${`%.r${world.seed}@known.test`})`,
    ),
  );
  const wrong = rows.filter(({ email, first_name }) => expected.get(email) !== first_name).length;
  if (wrong > 0 || rows.length !== expected.size)
    world.breaches.push(
      `after ${what} ${rows.length} contacts are there, and should be ${expected.size}; ${wrong} of them differ`,
    );
}
