import { sql } from "drizzle-orm";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { holds, wakeNow, yieldUntil } from "#server/drivers/mutations";
import { AppError } from "#server/errors";
import { log } from "#server/log";
import { open, seal } from "#server/seal";
import { storage } from "#server/storage";
import { discard, type Fetched, fetchInto } from "./fetch.ts";
import { folderOf, partCount } from "./file.ts";
import { lookAtFile } from "./formats/look.ts";
import { storedSource } from "./formats/source.ts";
import { driverOf, failImport } from "./mutations.ts";
import { getImportJob, type StoredFetch, type StoredFormat } from "./queries.ts";
import { nameOf, type RemoteOptions, shownAddress } from "./remote.ts";
import { leaseSeconds, Superseded } from "./write.ts";

type Job = Awaited<ReturnType<typeof getImportJob>>;

const placeOf = ({ tenantId }: Scope, rowId: string) => ({
  tenantId,
  table: "import_jobs",
  rowId,
  column: "file_format",
});

/**
 * Asks for the file at an address: makes its import, or has one whose file could not be fetched try again, with this
 * address. Asked twice, it is fetched once; asked for another address meanwhile, it throws `conflict`. Returns the fence of the event to send.
 */
export async function requestFetch(
  tx: TenantTx,
  { key, url }: { key: string; url: string },
  scope: Scope,
): Promise<number | null> {
  const fileName = nameOf(new URL(url));
  const fetch: StoredFetch = { address: shownAddress(url), sealed: seal(url, placeOf(scope, key)) };
  const stored: StoredFormat = { parts: 0, fetch };
  const made = await tx.execute(sql`
    insert into import_jobs (id, status, file_name, file_size, file_format, created_by)
    values (${key}::uuid, 'fetching', ${fileName}, 0, ${JSON.stringify(stored)}::jsonb, ${scope.userId ?? null}::uuid)
    on conflict (id) do nothing returning id`);
  if (made.length > 0) {
    const act = { actorId: scope.userId ?? null, resourceType: "import", resourceId: key };
    await recordAct(tx, { ...act, action: "import.created", after: { fileName, address: fetch.address } });
    return wakeNow(tx, driverOf(key));
  }
  const job = await getImportJob(tx, key, true);
  if (!(await hasNoFile(tx, job))) {
    if (job.file_format.fetch && isAddressOf(job, url, scope)) return null;
    throw new AppError(
      "conflict",
      `This import has its file from ${job.file_format.fetch?.address ?? "an upload"}. Cancel it, and begin a new one for another address.`,
    );
  }
  await tx.execute(sql`
    update import_jobs set status = 'fetching', file_name = ${fileName}, file_format = ${JSON.stringify(stored)}::jsonb,
      problem = null, completed_at = null, updated_at = app_now() where id = ${key}::uuid`);
  return wakeNow(tx, driverOf(key));
}

/** Whether an import failed before its file was here: nothing of it has been read or written. */
async function hasNoFile(tx: TenantTx, { id, status, file_format: { fetch, parts } }: Job): Promise<boolean> {
  if (status !== "failed" || !fetch || parts > 0) return false;
  const started = await tx.execute(
    sql`select from import_jobs where id = ${id}::uuid and started_at is not null`,
  );
  return started.length === 0;
}

/** Once the file is here, nothing but the address without its query is kept. */
function isAddressOf({ id, file_format: { fetch } }: Job, url: string, scope: Scope): boolean {
  return fetch?.sealed
    ? open(fetch.sealed, placeOf(scope, id)) === url
    : fetch?.address === shownAddress(url);
}

export type FetchOutcome = "fetched" | "failed" | "lost";

/**
 * Somebody waits for the answer: a server that does not give the file is asked so often, and then said to. Counted over
 * all runs, those that died too.
 */
export const fetchTriesMax = 4;
/** Soon after a process died, another run goes on; one that lives renews its lease the whole time. */
export const fetchLeaseSeconds = 60;
const beatMs = 15_000;

/**
 * Fetches the file of an import into its folder and looks whether it is one of contacts. A run that died is followed by
 * one that begins anew, in another folder; what it left the nightly clean-up finds. What will not be helped by time, and
 * on the last try whatever is wrong, ends the import with a sentence; the rest is noted, and thrown to be tried again.
 * "lost" when the import was cancelled, or is another run's.
 */
export async function fetchImport(
  scope: Scope,
  id: string,
  fence: number,
  remote: RemoteOptions = {},
): Promise<FetchOutcome> {
  const begun = await withTenant(scope, (tx) => beginTry(tx, id, fence));
  if (typeof begun === "string") return begun;
  let fetched: Fetched;
  try {
    const url = open(begun.sealed, placeOf(scope, id));
    const seen = everySecond((bytes, ofBytes) =>
      withTenant(scope, (tx) => noteProgress(tx, { id, fence, bytes, ofBytes })),
    );
    fetched = await whileHeld(scope, id, fence, () =>
      fetchContacts(folderOf(scope, id), url, { ...remote, seen }),
    );
  } catch (error) {
    if (error instanceof Superseded) return "lost";
    if (!(error instanceof AppError)) throw error;
    if (error.code === "unavailable" && begun.tries < fetchTriesMax) {
      await withTenant(scope, (tx) => noteTrouble(tx, id, fence, error.message));
      throw error;
    }
    await withTenant(scope, async (tx) => {
      if (await holds(tx, driverOf(id), fence)) await failImport(tx, id, error.message);
    });
    return "failed";
  }
  const kept = await withTenant(scope, (tx) => keepFetched(tx, id, fence, fetched));
  if (!kept) await storage.removeFolder(fetched.folder);
  return kept ? "fetched" : "lost";
}

/** Fetches a file, and keeps it only if it is one of contacts. */
async function fetchContacts(...asked: Parameters<typeof fetchInto>): Promise<Fetched> {
  const fetched = await fetchInto(...asked);
  try {
    await lookAtFile(storedSource(fetched), fetched.fileName, {});
  } catch (error) {
    await discard(fetched.folder);
    throw error;
  }
  return fetched;
}

/**
 * Counts a try before it is made, so that one whose process dies counts too. Where none is left, because the last one
 * died without a word, the import ends.
 */
async function beginTry(
  tx: TenantTx,
  id: string,
  fence: number,
): Promise<{ sealed: string; tries: number } | "lost" | "failed"> {
  const held = await holds(tx, driverOf(id), fence, fetchLeaseSeconds);
  const { status, file_format: format } = await getImportJob(tx, id);
  const { sealed, tries = 0, address } = format.fetch ?? {};
  if (!held || status !== "fetching" || !sealed) return "lost";
  if (tries >= fetchTriesMax) {
    await failImport(
      tx,
      id,
      `The file at ${address} did not get here: ${tries} tries broke off on our side. Try again, or upload the file.`,
    );
    return "failed";
  }
  await tx.execute(sql`
    update import_jobs set file_format = jsonb_set(file_format, '{fetch,tries}', ${tries + 1}::text::jsonb)
    where id = ${id}::uuid`);
  return { sealed, tries: tries + 1 };
}

/** Renews the lease while `work` goes on, however long the other server is silent. */
async function whileHeld<T>(scope: Scope, id: string, fence: number, work: () => Promise<T>): Promise<T> {
  let beat: Promise<unknown> = Promise.resolve();
  const beats = setInterval(() => {
    beat = withTenant(scope, (tx) => holds(tx, driverOf(id), fence, fetchLeaseSeconds)).catch(
      (error: unknown) => log.warn({ importId: id, err: error }, "the lease of a fetch was not renewed"),
    );
  }, beatMs);
  try {
    return await work();
  } finally {
    clearInterval(beats);
    // One that comes late would hold the import against its next run.
    await beat;
  }
}

type Note = (bytes: number, ofBytes: number | null) => Promise<void>;

function everySecond(note: Note): Note {
  let noted = 0;
  return async (bytes, ofBytes) => {
    if (performance.now() - noted < 1000) return;
    noted = performance.now();
    await note(bytes, ofBytes);
  };
}

type Progress = { id: string; fence: number; bytes: number; ofBytes: number | null };

/** Renews the lease too. Throws Superseded when the import is no longer this run's. */
async function noteProgress(tx: TenantTx, { id, fence, bytes, ofBytes }: Progress): Promise<void> {
  if (!(await holds(tx, driverOf(id), fence, fetchLeaseSeconds)))
    throw new Superseded("The import was cancelled, or another run fetches its file.");
  const known = JSON.stringify({ receivedBytes: bytes, ofBytes });
  await tx.execute(sql`
    update import_jobs set problem = null, file_format = jsonb_set(file_format, '{fetch}', file_format -> 'fetch' || ${known}::jsonb)
    where id = ${id}::uuid and status = 'fetching'`);
}

/** The run that failed comes again by itself, and is given the time. */
async function noteTrouble(tx: TenantTx, id: string, fence: number, problem: string): Promise<void> {
  await tx.execute(sql`
    update import_jobs set problem = ${problem}, updated_at = app_now(),
      lease_until = app_now() + make_interval(secs => ${leaseSeconds})
    where id = ${id}::uuid and fence = ${fence} and status = 'fetching'`);
}

/** Gives the import its file: from here on it is like one that was uploaded. False when it is no longer this run's. */
async function keepFetched(
  tx: TenantTx,
  id: string,
  fence: number,
  { folder, fileName, sizeBytes, fileHash }: Fetched,
): Promise<boolean> {
  if (!(await holds(tx, driverOf(id), fence))) return false;
  const arrived = { receivedBytes: sizeBytes, ofBytes: sizeBytes };
  const kept = await tx.execute(sql`
    update import_jobs set status = 'pending', problem = null, file_name = ${fileName}, file_size = ${sizeBytes}, file_url = ${folder},
      file_hash = ${fileHash}, updated_at = app_now(), file_format = jsonb_build_object('parts', ${partCount(sizeBytes)}::int,
        'fetch', (file_format -> 'fetch') - '{sealed,tries}'::text[] || ${JSON.stringify(arrived)}::jsonb)
    where id = ${id}::uuid and status = 'fetching' returning id`);
  if (kept.length === 0) return false;
  await yieldUntil(tx, driverOf(id), fence, { until: null });
  return true;
}
