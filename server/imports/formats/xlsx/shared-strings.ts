import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Archive } from "../archive.ts";
import { readXml, unescaped } from "./xml.ts";

const blockStrings = 1024;
/** Characters of strings held in memory; what is beyond lies in a file, block by block. */
const memoryCharsDefault = 16 * 1024 * 1024;

/** The strings that cells refer to by number. Memory does not grow with their number. */
export class SharedStrings {
  /** All strings of the workbook are here, not only the first. */
  isWhole = true;
  #memoryChars: number;
  #held = new Map<number, { strings: string[]; chars: number }>();
  #heldChars = 0;
  #open: string[] = [];
  #places: { start: number; length: number }[] = [];
  #file: { descriptor: number; folder: string; sizeBytes: number } | null = null;
  #folder: string | null = null;

  constructor(memoryChars = memoryCharsDefault) {
    this.#memoryChars = memoryChars;
  }

  /** Reads the strings of a workbook, at most the first `count` of them. Close what it gives. */
  static async read(
    archive: Archive,
    part: string | null,
    { count = Infinity, memoryChars = memoryCharsDefault }: { count?: number; memoryChars?: number } = {},
  ): Promise<SharedStrings> {
    const strings = new SharedStrings(memoryChars);
    if (part === null) return strings;
    try {
      strings.#folder = await mkdtemp(path.join(tmpdir(), "postroad-strings-"));
      let length = 0;
      let text = "";
      let within = false;
      let phonetic = false;
      const handlers = {
        open: (name: string) => {
          if (name === "si") text = "";
          else if (name === "t") within = true;
          else if (name === "rPh") phonetic = true;
        },
        text: (piece: string) => {
          if (within && !phonetic) text += piece;
        },
        close: (name: string) => {
          if (name === "t") within = false;
          else if (name === "rPh") phonetic = false;
          else if (name === "si") {
            strings.#add(unescaped(text));
            length += 1;
          }
        },
      };
      for await (const _ of readXml(archive.stream(part), handlers, "sharedStrings.xml")) {
        if (length < count) continue;
        strings.isWhole = false;
        break;
      }
      return strings;
    } catch (error) {
      strings.close();
      throw error;
    }
  }

  /** The string of a number; undefined when there is none. */
  at(index: number): string | undefined {
    const block = Math.floor(index / blockStrings);
    if (block === this.#places.length) return this.#open[index % blockStrings];
    return this.#blockAt(block)?.[index % blockStrings];
  }

  close(): void {
    if (this.#file) closeSync(this.#file.descriptor);
    this.#file = null;
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = null;
  }

  #add(text: string): void {
    this.#open.push(text);
    if (this.#open.length < blockStrings) return;
    const block = this.#places.length;
    this.#places.push({ start: -1, length: 0 });
    this.#hold(block, this.#open);
    this.#open = [];
  }

  #hold(block: number, strings: string[]): void {
    const chars = strings.reduce((sum, text) => sum + text.length, 0);
    this.#held.set(block, { strings, chars });
    this.#heldChars += chars;
    // The one that was not asked for longest goes first.
    for (const [oldest, { strings: going, chars: size }] of this.#held) {
      if (this.#heldChars <= this.#memoryChars || oldest === block) return;
      this.#spill(oldest, going);
      this.#held.delete(oldest);
      this.#heldChars -= size;
    }
  }

  #spill(block: number, strings: string[]): void {
    const place = this.#places[block];
    if (!place || place.start >= 0 || !this.#folder) return;
    this.#file ??= {
      descriptor: openSync(path.join(this.#folder, "strings"), "wx+", 0o600),
      folder: this.#folder,
      sizeBytes: 0,
    };
    const bytes = Buffer.from(JSON.stringify(strings), "utf8");
    writeSync(this.#file.descriptor, bytes, 0, bytes.length, this.#file.sizeBytes);
    this.#places[block] = { start: this.#file.sizeBytes, length: bytes.length };
    this.#file.sizeBytes += bytes.length;
  }

  #blockAt(block: number): string[] | undefined {
    const held = this.#held.get(block);
    if (held) {
      this.#held.delete(block);
      this.#held.set(block, held);
      return held.strings;
    }
    const place = this.#places[block];
    if (!place || place.start < 0 || !this.#file) return undefined;
    const bytes = Buffer.alloc(place.length);
    readSync(this.#file.descriptor, bytes, 0, place.length, place.start);
    const strings = JSON.parse(bytes.toString("utf8")) as string[];
    this.#hold(block, strings);
    return strings;
  }
}
