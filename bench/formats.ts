/**
 * Reading a big file of each form into normalised rows: rows per second and the most memory the process held. Files are
 * made on disk first; reading them is measured in a process of its own, one per form. The floor is unpacking the same
 * bytes, and nothing else.
 *
 *   npm run bench:formats -- [rows]
 */
import { fork } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { lookAtFile } from "#server/imports/formats/look";
import { withContents } from "#server/imports/formats/contents";
import { normalize } from "#server/imports/formats/rows";
import { diskSource, type Source } from "#server/imports/formats/source";
import { report, timed } from "./database.ts";
import { forms } from "./forms.ts";

async function read(file: string): Promise<void> {
  const { size } = await stat(file);
  const source = diskSource(file, size);
  const started = performance.now();
  const { format } = await lookAtFile(source, path.basename(file), {});
  const looked = performance.now() - started;
  let bytes = 0;
  await withContents(source, { fileName: path.basename(file) }, async (contents) => {
    for await (const piece of normalize(contents, format).pieces) bytes += piece.length;
  });
  const seconds = (performance.now() - started) / 1000;
  const rss = process.resourceUsage().maxRSS;
  const floor = await timed(() => unpack(source, path.basename(file)));
  process.send?.({ seconds, floor, looked, bytes, rss });
}

function unpack(source: Source, fileName: string): Promise<void> {
  return withContents(source, { fileName }, async ({ workbook, text }) => {
    const parts = workbook ? workbook.entries.map(({ name }) => workbook.stream(name)) : [text()];
    for (const part of parts) for await (const _ of part);
  });
}

const [, , first, second] = process.argv;
if (first === "read" && second) await read(second);
else {
  const rows = Number(first ?? 1_048_575);
  const folder = await mkdtemp(path.join(tmpdir(), "postroad-formats-"));
  try {
    for (const [name, make] of Object.entries(forms)) {
      const file = path.join(folder, name);
      await make(rows, file, 0);
      const { size } = await stat(file);
      type Told = { seconds: number; floor: number; looked: number; bytes: number; rss: number };
      const told = await new Promise<Told>((done, fail) => {
        const child = fork(import.meta.filename, ["read", file]);
        child.on("message", (message) => done(message as Told));
        child.on("exit", (code) => fail(new Error(`Reading ${name} ended with code ${code}.`)));
      });
      console.log(
        `${name}: ${(size / 1e6).toFixed(0)} MB, first look ${told.looked.toFixed(0)} ms, at most ${Math.round(told.rss / 1024)} MB of memory`,
      );
      report(name, "rows/s", rows / told.seconds, rows / told.floor);
      await rm(file);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
