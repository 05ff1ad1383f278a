import { createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Archive, type ArchiveEntry, openArchive } from "./archive.ts";
import { gunzipped } from "./inflate.ts";
import { refused } from "./refusal.ts";
import type { Packing } from "./schema.ts";
import { isGzip, isZip, refuseForeign, refuseForeignArchive } from "./signatures.ts";
import { diskSource, headOf, type Source } from "./source.ts";

/** What is in a file once it is unpacked: text, or the archive that a workbook is. */
export type Contents = {
  packing: Packing;
  /** Name of what is inside: the entry's, or the file's without ".gz". */
  name: string;
  entries: ArchiveEntry[];
  entry: string | null;
} & ({ workbook: Archive; text?: undefined } | { workbook?: undefined; text: () => AsyncIterable<Buffer> });

const headBytes = 64 * 1024;
const dataName = /\.(csv|tsv|tab|txt|psv|json|ndjson|jsonl|xlsx|xlsm)$/i;

type Where = { fileName: string; entry?: string | undefined };

/**
 * Opens a file, whatever it is packed in, hands what is inside to `work`, and cleans up behind it. Throws a refusal for
 * what is no list of contacts by its first bytes.
 */
export async function withContents<T>(
  source: Source,
  where: Where,
  work: (contents: Contents) => Promise<T>,
): Promise<T> {
  const extracted: string[] = [];
  try {
    return await work(await open(source, where, extracted));
  } finally {
    for (const folder of extracted) await rm(folder, { recursive: true, force: true });
  }
}

async function open(source: Source, { fileName, entry }: Where, extracted: string[]): Promise<Contents> {
  const { head } = await headOf(source.stream(0, headBytes), headBytes);
  refuseForeign(head, fileName);
  if (isGzip(head)) {
    const name = fileName.replace(/\.gz$/i, "");
    const within = () => gunzipped(source.stream(), fileName);
    return { packing: "gzip", name, entries: [], entry: null, ...(await inner(within, name, extracted)) };
  }
  if (!isZip(head)) {
    return { packing: "none", name: fileName, entries: [], entry: null, text: () => source.stream() };
  }
  const archive = await openArchive(source, fileName);
  if (isWorkbook(archive))
    return { packing: "none", name: fileName, entries: [], entry: null, workbook: archive };
  const entries = dataEntries(archive, fileName);
  const chosen = entry === undefined ? entries[0] : entries.find(({ name }) => name === entry);
  if (!chosen) throw refused(`There is no file "${entry}" in this archive. Choose one of those that are.`);
  const within = () => archive.stream(chosen.name);
  const contents = await inner(within, chosen.name, extracted);
  return { packing: "zip", name: chosen.name, entries, entry: chosen.name, ...contents };
}

/** A workbook, or a refusal for other documents that are archives too. */
function isWorkbook(archive: Archive): boolean {
  refuseForeignArchive(archive.has);
  return archive.has("xl/workbook.xml");
}

/** The files of an archive that may hold contacts, without the litter that systems add. */
function dataEntries(archive: Archive, fileName: string): ArchiveEntry[] {
  const files = archive.entries.filter(
    ({ name, sizeBytes }) => sizeBytes > 0 && !/(^|\/)(__MACOSX\/|\.|Thumbs\.db|desktop\.ini)/.test(name),
  );
  const known = files.filter(({ name }) => dataName.test(name));
  const entries = known.length > 0 ? known : files;
  if (entries.length === 0)
    throw refused(`"${fileName}" holds no file with contacts. Pack a CSV, Excel or JSON file.`);
  return entries;
}

/** What was packed: text as it is, and a workbook laid on disk, since it is read from several places at once. */
async function inner(
  within: () => AsyncGenerator<Buffer>,
  name: string,
  extracted: string[],
): Promise<
  { workbook: Archive; text?: undefined } | { workbook?: undefined; text: () => AsyncIterable<Buffer> }
> {
  const { head } = await headOf(within(), headBytes);
  refuseForeign(head, name);
  if (isGzip(head)) throw refused(`"${name}" is compressed twice. Unpack it once and upload that.`);
  if (!isZip(head)) return { text: within };
  const folder = await mkdtemp(path.join(tmpdir(), "postroad-workbook-"));
  extracted.push(folder);
  const file = path.join(folder, "workbook");
  await pipeline(Readable.from(within(), { objectMode: false }), createWriteStream(file, { mode: 0o600 }));
  const archive = await openArchive(diskSource(file, (await stat(file)).size), name);
  if (isWorkbook(archive)) return { workbook: archive };
  throw refused(
    `"${name}" is an archive within an archive. Unpack it and upload the file with the contacts.`,
  );
}
