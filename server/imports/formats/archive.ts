import { Readable } from "node:stream";
import yauzl, { type Entry, type ZipFile } from "yauzl";
import { AppError } from "#server/errors";
import { inflated, refuseBomb } from "./inflate.ts";
import { refused } from "./refusal.ts";
import type { Source } from "./source.ts";

export type ArchiveEntry = { name: string; sizeBytes: number };

/** A ZIP archive: its files, and the contents of each. */
export type Archive = {
  entries: ArchiveEntry[];
  has: (name: string) => boolean;
  /** The bytes of a file; fails with a refusal when it is damaged, encrypted or a bomb. */
  stream: (name: string) => AsyncGenerator<Buffer>;
};

const entriesMax = 10_000;
const windowBytes = 64 * 1024;

/** Opens an archive. Throws a refusal for what is none, or a damaged one. */
export async function openArchive(source: Source, fileName: string): Promise<Archive> {
  const found = new Map<string, Entry>();
  const zip = await readDirectory(source, fileName, found);
  return {
    entries: [...found.values()].map(({ fileName: name, uncompressedSize }) => ({
      name,
      sizeBytes: uncompressedSize,
    })),
    has: (name) => found.has(name),
    stream: (name) => streamEntry(source, zip, found.get(name), name),
  };
}

async function readDirectory(source: Source, fileName: string, found: Map<string, Entry>): Promise<ZipFile> {
  const reader = new SourceReader(source);
  try {
    const zip = await yauzl.fromRandomAccessReaderPromise(reader, source.sizeBytes, { autoClose: false });
    if (zip.entryCount > entriesMax)
      throw refused(`"${fileName}" holds ${zip.entryCount} files. Upload the one with the contacts.`);
    for await (const entry of zip.eachEntry())
      if (!entry.fileName.endsWith("/")) found.set(entry.fileName, entry);
    return zip;
  } catch (error) {
    if (error instanceof AppError) throw error;
    // What storage says is no matter of the archive.
    if (reader.failure) throw reader.failure;
    throw refused(
      `"${fileName}" is a damaged archive, or not all of it was uploaded: its table of contents cannot be read. Save or pack it again.`,
      error,
    );
  }
}

async function* streamEntry(
  source: Source,
  zip: ZipFile,
  entry: Entry | undefined,
  name: string,
): AsyncGenerator<Buffer> {
  if (!entry) throw refused(`There is no "${name}" in this archive.`);
  if (entry.isEncrypted())
    throw refused(`"${name}" is protected with a password. Save it without one and upload it again.`);
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
    throw refused(
      `"${name}" is packed in a way that is not read here (method ${entry.compressionMethod}). Pack it with the ordinary method, or upload it unpacked.`,
    );
  }
  refuseBomb(entry.uncompressedSize, entry.compressedSize, name);
  const { fileDataStart } = await zip
    .readLocalFileHeaderPromise(entry, { minimal: true })
    .catch((error: unknown) => {
      throw refused(`"${name}" is damaged: it is not where the archive says. Pack it again.`, error);
    });
  const packed = source.stream(fileDataStart, fileDataStart + entry.compressedSize);
  yield* inflated(packed, { method: entry.compressionMethod, crc: entry.crc32, name });
}

/** Lets the zip reader read a source. It asks for a few bytes at a time, so a piece of the source is kept. */
class SourceReader extends yauzl.RandomAccessReader {
  /** Why the source could not be read. */
  failure: Error | null = null;
  #source: Source;
  #window: { start: number; bytes: Buffer } = { start: 0, bytes: Buffer.alloc(0) };

  constructor(source: Source) {
    super();
    this.#source = source;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#source.stream(start, end), { objectMode: false });
  }

  override read(
    target: Buffer,
    offset: number,
    length: number,
    position: number,
    done: (error: Error | null) => void,
  ): void {
    this.#bytes(position, length).then(
      (bytes) => {
        bytes.copy(target, offset);
        done(bytes.length < length ? new Error("The archive ends too early.") : null);
      },
      (error: unknown) => {
        this.failure = error instanceof Error ? error : new Error(String(error));
        done(this.failure);
      },
    );
  }

  async #bytes(position: number, length: number): Promise<Buffer> {
    const { start, bytes } = this.#window;
    if (position < start || position + length > start + bytes.length) {
      const until = Math.min(this.#source.sizeBytes, position + Math.max(length, windowBytes));
      const pieces: Buffer[] = [];
      for await (const piece of this.#source.stream(position, until)) pieces.push(piece);
      this.#window = { start: position, bytes: Buffer.concat(pieces) };
    }
    const from = position - this.#window.start;
    return this.#window.bytes.subarray(from, from + length);
  }
}
