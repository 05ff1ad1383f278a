import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { S3ClientConfig } from "@aws-sdk/client-s3";
import { Disk } from "flydrive";
import { FSDriver } from "flydrive/drivers/fs";
import { S3Driver } from "flydrive/drivers/s3";
import { env } from "./env.ts";
import type { Env } from "./env.ts";
import { AppError } from "./errors.ts";
import { log } from "./log.ts";

/** Files under keys like `tenant/workspace/imports/id/name`; letters, digits and `/ . _ -` only. */
export type Storage = {
  /** Writes the whole stream or nothing: a reader never sees half a file. Replaces what was there. */
  put: (key: string, content: Readable) => Promise<{ sizeBytes: number }>;
  /** The file as a stream. It fails with AppError `not_found` when there is no such file. */
  read: (key: string) => Readable;
  /** Bytes from `start` up to, not including, `end`; shorter where the file ends. Fails as `read` does. */
  readRange: (key: string, start: number, end: number) => Readable;
  /** Removes the file; nothing happens when there is none. */
  remove: (key: string) => Promise<void>;
  /** Removes every file below a folder, as `tenant/workspace/imports/id`. */
  removeFolder: (folder: string) => Promise<void>;
  /** The keys of every file. */
  list: () => AsyncGenerator<string>;
  exists: (key: string) => Promise<boolean>;
  /** @throws AppError `not_found` */
  sizeBytes: (key: string) => Promise<number>;
};

type OpenRange = (key: string, range?: { start: number; end: number }) => Promise<Readable>;

const noFile = (cause: unknown) =>
  new AppError("not_found", "This file is no longer kept. Upload or export it again.", {}, { cause });

/** Both flydrive's errors and those below them say in their own way that there is no such file. */
function isMissing(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ("code" in at && at.code === "ENOENT") return true;
    if (at.name === "NoSuchKey" || at.name === "NotFound") return true;
  }
  return false;
}

async function orNotFound<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw isMissing(error) ? noFile(error) : error;
  }
}

function reader(openRange: OpenRange): Pick<Storage, "read" | "readRange"> {
  const stream = (key: string, range?: { start: number; end: number }) =>
    Readable.from(
      (async function* () {
        const source = await orNotFound(openRange(key, range));
        try {
          yield* source as AsyncIterable<Buffer>;
        } catch (error) {
          throw isMissing(error) ? noFile(error) : error;
        }
      })(),
      { objectMode: false },
    );
  return {
    read: (key) => stream(key),
    readRange: (key, start, end) => (end > start ? stream(key, { start, end }) : Readable.from([])),
  };
}

async function* listed(disk: Disk): AsyncGenerator<string> {
  let paginationToken: string | undefined;
  do {
    const page = await disk.listAll("", { recursive: true, ...(paginationToken && { paginationToken }) });
    for (const item of page.objects) if (item.isFile && !item.key.startsWith(".")) yield item.key;
    paginationToken = page.paginationToken;
  } while (paginationToken);
}

function onDisk(disk: Disk) {
  return {
    remove: (key: string) => disk.delete(key),
    // The disk would cut the closing slash off, and with it `imports/1` would take `imports/12` along.
    removeFolder: (folder: string) => disk.driver.deleteAll(`${disk.file(folder).key}/`),
    list: () => listed(disk),
    exists: (key: string) => disk.exists(key),
    sizeBytes: async (key: string) => (await orNotFound(disk.getMetaData(key))).contentLength,
  };
}

const abandonedMs = 24 * 60 * 60_000;

/** Removes what processes that were killed have left here: nobody else knows of it, and it may hold people's data. */
async function removeAbandoned(folder: string, nowMs: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    const found = await stat(file).catch((error: unknown) => {
      if (!isMissing(error)) log.warn({ file, err: error }, "a file left behind cannot be looked at");
      return null;
    });
    if (found && nowMs - found.mtimeMs > abandonedMs) await rm(file, { force: true });
  }
}

/** Collects the stream in a file of its own, hands that on when it is complete, and leaves nothing behind. */
async function spooled<T>(
  folder: string,
  content: Readable,
  hand: (file: string, sizeBytes: number) => Promise<T>,
) {
  // One that fails while the folder is made has no reader yet, and would end the process; the pipeline hears of it too.
  content.on("error", () => undefined);
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `${process.pid}-${randomBytes(8).toString("hex")}`);
  try {
    await pipeline(content, createWriteStream(file, { flags: "wx", mode: 0o600, flush: true }));
    const { size, mtimeMs } = await stat(file);
    await removeAbandoned(folder, mtimeMs);
    return await hand(file, size);
  } finally {
    await rm(file, { force: true });
  }
}

/** Keeps files below a folder of this machine. */
export function folderStorage(location: string): Storage {
  const root = path.resolve(location);
  const disk = new Disk(new FSDriver({ location: root, visibility: "private" }));
  // flydrive's own check of keys, for the calls that go past it.
  const at = (key: string) => path.join(root, disk.file(key).key);
  return {
    ...onDisk(disk),
    ...reader(async (key, range) =>
      createReadStream(at(key), range && { start: range.start, end: range.end - 1 }),
    ),
    put: (key, content) =>
      spooled(path.join(root, ".incoming"), content, async (file, sizeBytes) => {
        await mkdir(path.dirname(at(key)), { recursive: true });
        await rename(file, at(key));
        return { sizeBytes };
      }),
  };
}

export type S3Options = {
  bucket: string;
  region: string;
  /** Address of a store other than Amazon's. */
  endpoint?: string | undefined;
  /** Left out, the machine's own role is used. */
  credentials?: { accessKeyId: string; secretAccessKey: string } | undefined;
  /** Puts the bucket into the path instead of the host name. */
  forcePathStyle: boolean;
};

/** The SDK's settings: other stores than Amazon's often know neither its checksums nor bucket host names. */
export const s3ClientConfig = ({
  region,
  endpoint,
  credentials,
  forcePathStyle,
}: S3Options): S3ClientConfig => ({
  region,
  forcePathStyle,
  requestChecksumCalculation: "WHEN_REQUIRED",
  responseChecksumValidation: "WHEN_REQUIRED",
  ...(endpoint && { endpoint }),
  ...(credentials && { credentials }),
});

/** Keeps files in a bucket of an S3-compatible store. */
export function s3Storage(options: S3Options): Storage {
  const { bucket } = options;
  const client = new S3Client(s3ClientConfig(options));
  const disk = new Disk(new S3Driver({ client, bucket, visibility: "private", supportsACL: false }));
  return {
    ...onDisk(disk),
    ...reader(async (key, range) => {
      const Range = range && `bytes=${range.start}-${range.end - 1}`;
      const answer = await client
        .send(new GetObjectCommand({ Bucket: bucket, Key: disk.file(key).key, Range }))
        .catch((error: unknown) => {
          if (error instanceof Error && error.name === "InvalidRange") return undefined;
          throw error;
        });
      return answer?.Body instanceof Readable ? answer.Body : Readable.from([]);
    }),
    // S3 wants to know the length before the first byte, and a stream cannot be sent again when it fails half-way.
    put: (key, content) =>
      spooled(path.join(tmpdir(), "postroad-uploads"), content, async (file, sizeBytes) => {
        // Opened first: a stream that nobody came to read would fail when its file is gone.
        const body = (await open(file)).createReadStream();
        try {
          await disk.putStream(key, body, { contentLength: sizeBytes });
        } finally {
          body.destroy();
        }
        return { sizeBytes };
      }),
  };
}

export function storageFrom(settings: Env): Storage {
  if (settings.STORAGE_DRIVER === "folder") return folderStorage(path.join(settings.DATA_DIR, "files"));
  const accessKeyId = settings.STORAGE_S3_ACCESS_KEY_ID;
  const secretAccessKey = settings.STORAGE_S3_SECRET_ACCESS_KEY;
  return s3Storage({
    bucket: settings.STORAGE_S3_BUCKET ?? "",
    region: settings.STORAGE_S3_REGION,
    endpoint: settings.STORAGE_S3_ENDPOINT,
    forcePathStyle: settings.STORAGE_S3_FORCE_PATH_STYLE,
    credentials: accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined,
  });
}

let own: Storage | undefined;
const ownStorage = () => (own ??= storageFrom(env));

/** The storage that the environment names. Opened at first use. */
export const storage: Storage = {
  put: (key, content) => ownStorage().put(key, content),
  read: (key) => ownStorage().read(key),
  readRange: (key, start, end) => ownStorage().readRange(key, start, end),
  remove: (key) => ownStorage().remove(key),
  removeFolder: (folder) => ownStorage().removeFolder(folder),
  list: () => ownStorage().list(),
  exists: (key) => ownStorage().exists(key),
  sizeBytes: (key) => ownStorage().sizeBytes(key),
};
