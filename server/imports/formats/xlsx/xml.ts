import { SaxesParser, type SaxesTagPlain } from "saxes";
import { refused } from "../refusal.ts";

export type XmlHandlers = {
  open?: (name: string, attributes: Record<string, string>) => void;
  text?: (text: string) => void;
  close?: (name: string) => void;
};

/**
 * Reads XML piece by piece and calls the handlers; yields after each piece, so that the caller can hand on what came.
 * Element names come without their prefix, since writers differ in theirs. `part` names the XML in refusals.
 */
export async function* readXml(
  pieces: AsyncIterable<Buffer>,
  handlers: XmlHandlers,
  part: string,
): AsyncGenerator<void> {
  const parser = new SaxesParser<{ xmlns: false; position: false }>({ xmlns: false, position: false });
  let depth = 0;
  let silentBytes = 0;
  parser.on("opentag", (tag: SaxesTagPlain) => {
    silentBytes = 0;
    if (++depth > depthMax) throw notOurs(part);
    handlers.open?.(local(tag.name), tag.attributes);
  });
  parser.on("text", (text: string) => handlers.text?.(text));
  parser.on("cdata", (text: string) => handlers.text?.(text));
  parser.on("closetag", (tag: SaxesTagPlain) => {
    silentBytes = 0;
    depth -= 1;
    handlers.close?.(local(tag.name));
  });
  parser.on("error", (error: Error) => {
    throw refused(
      `This workbook is damaged: its part ${part} breaks off or is garbled. Open it in Excel and save it again.`,
      error,
    );
  });
  const decoder = new TextDecoder("utf-8");
  for await (const piece of pieces) {
    silentBytes += piece.length;
    if (silentBytes > silentBytesMax) throw notOurs(part);
    parser.write(decoder.decode(piece, { stream: true }));
    yield;
  }
  parser.write(decoder.decode());
  parser.close();
  yield;
}

/** No part of a workbook nests deeper, or has a longer text: Excel allows 32,767 characters. */
const depthMax = 64;
const silentBytesMax = 4 * 1024 * 1024;

const notOurs = (part: string) =>
  refused(`This workbook cannot be read: its part ${part} is built as no spreadsheet program would.`);

const local = (name: string) => name.slice(name.indexOf(":") + 1);

/** Reads all of a small part of a workbook. */
export async function readWholeXml(
  pieces: AsyncIterable<Buffer>,
  handlers: XmlHandlers,
  part: string,
): Promise<void> {
  for await (const _ of readXml(pieces, handlers, part));
}

/** `_x000D_` and the like: how the format writes characters that XML cannot hold. */
export const unescaped = (text: string): string =>
  text.includes("_x")
    ? text
        .replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
        .toWellFormed()
    : text;
