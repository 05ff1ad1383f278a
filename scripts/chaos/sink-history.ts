import { closeSync, openSync, readSync } from "node:fs";
import { z } from "zod";

/**
 * What the mail server saw and did, a line each, in order. `taken`: the whole message is here, and counts as arrived from
 * then on, whether or not anybody heard so. `left`: the server ended the connection after it had agreed to DATA.
 */
const entry = z.object({
  /** Epoch ms, of the machine's clock. */
  at: z.number(),
  event: z.enum(["begun", "taken", "replied", "put off", "refused", "left"]),
  to: z.string(),
  messageId: z.string().optional(),
  subject: z.string().optional(),
  unsubscribe: z.string().optional(),
  open: z.string().optional(),
  click: z.string().optional(),
});
export type Entry = z.infer<typeof entry>;

/** Follows a history as it is written: each call gives the entries since the last one. */
export function followHistory(file: string): { next: () => Entry[]; close: () => void } {
  const descriptor = openSync(file, "a+");
  let position = 0;
  let rest = "";
  const buffer = Buffer.alloc(1024 * 1024);
  return {
    close: () => closeSync(descriptor),
    next: () => {
      for (;;) {
        const read = readSync(descriptor, buffer, 0, buffer.length, position);
        if (read === 0) break;
        position += read;
        rest += buffer.toString("latin1", 0, read);
      }
      const written = rest.split("\n");
      rest = written.pop() ?? "";
      return written.map((line) => entry.parse(JSON.parse(line)));
    },
  };
}
