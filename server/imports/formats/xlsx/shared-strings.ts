import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Archive } from "../archive.ts";
import { readXml, unescaped } from "./xml.ts";

/** Read at once, so a sheet that was sorted after it was written, which asks for them in no order, reads few in vain. */
const blockStrings = 128;
/** Characters of strings that were asked for lately, held in memory. */
const memoryCharsDefault = 1024 * 1024;

/**
 * The strings that cells refer to by number. They lie in a file, block by block, and are read as they are asked for:
 * memory does not grow with their number.
 */
export class SharedStrings {
  /** All strings of the workbook are here, not only the first. */
  isWhole = true;
  #memoryChars: number;
  #held = new Map<number, { strings: string[]; chars: number }>();
  #heldChars = 0;
  #open: string[] = [];
  /** Where each block starts in the file, and at last where it ends. */
  #starts: number[] = [0];
  #folder: string | null = null;
  #file: number | null = null;

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
    const strings = block === this.#blocks ? this.#open : this.#blockAt(block);
    return strings?.[index % blockStrings];
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = null;
  }

  get #blocks(): number {
    return this.#starts.length - 1;
  }

  #add(text: string): void {
    this.#open.push(text);
    if (this.#open.length < blockStrings || !this.#folder) return;
    this.#file ??= openSync(path.join(this.#folder, "strings"), "wx+", 0o600);
    const start = this.#starts.at(-1) ?? 0;
    const bytes = Buffer.from(JSON.stringify(this.#open), "utf8");
    writeSync(this.#file, bytes, 0, bytes.length, start);
    this.#starts.push(start + bytes.length);
    this.#open = [];
  }

  #blockAt(block: number): string[] | undefined {
    const held = this.#held.get(block);
    if (held) {
      this.#held.delete(block);
      this.#held.set(block, held);
      return held.strings;
    }
    const [start, end] = [this.#starts[block], this.#starts[block + 1]];
    if (start === undefined || end === undefined || this.#file === null) return undefined;
    const bytes = Buffer.allocUnsafe(end - start);
    readSync(this.#file, bytes, 0, bytes.length, start);
    const strings = JSON.parse(bytes.toString("utf8")) as string[];
    this.#hold(block, strings);
    return strings;
  }

  #hold(block: number, strings: string[]): void {
    const chars = strings.reduce((sum, text) => sum + text.length, 0);
    this.#held.set(block, { strings, chars });
    this.#heldChars += chars;
    // The one that was not asked for longest goes first.
    for (const [oldest, { chars: size }] of this.#held) {
      if (this.#heldChars <= this.#memoryChars || oldest === block) return;
      this.#held.delete(oldest);
      this.#heldChars -= size;
    }
  }
}
