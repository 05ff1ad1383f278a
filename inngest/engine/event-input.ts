import { z } from "zod";
import { limits } from "./limits.ts";
import type { ReceivedEvent } from "./ingest.ts";
import { eventIds } from "./ulid.ts";

/** Text that Postgres can store: it has no zero byte. */
const storable = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => !text.includes("\0"), "must not contain a zero byte");

const eventSchema = z.looseObject({
  name: storable(256),
  data: z.record(z.string(), z.unknown()).nullish(),
  id: storable(2000).nullish(),
  ts: z.number().int().min(0).max(8.64e15).nullish(),
  user: z.record(z.string(), z.unknown()).nullish(),
  v: z.string().nullish(),
});

/** Events that cannot be taken, with a sentence for the sender. */
export class EventsRefused extends Error {
  override name = "EventsRefused";
}

/**
 * Reads the body of `POST /e/:key`: one event or an array of them.
 * @param seed the SDK's x-inngest-event-id-seed, by which a repeated request gets the same ids
 * @throws EventsRefused naming the event and what is wrong with it. Then none of them is taken.
 */
export function readEvents(body: unknown, seed: string | undefined, nowMs: number): ReceivedEvent[] {
  const list = Array.isArray(body) ? (body as unknown[]) : [body];
  if (list.length > limits.eventsPerRequest) {
    throw new EventsRefused(
      `${list.length} events in one request; ${limits.eventsPerRequest} are allowed. Send them in parts.`,
    );
  }
  const ids = eventIds(seed, list.length, nowMs);
  const senderMs = Number(seed?.split(",")[0] ?? NaN);
  return list.map((input, index) => readEvent(input, { index, serverId: ids[index] ?? "", nowMs, senderMs }));
}

type Place = { index: number; serverId: string; nowMs: number; senderMs: number };

function readEvent(input: unknown, { index, serverId, nowMs, senderMs }: Place): ReceivedEvent {
  const where = `Event ${index + 1}`;
  const parsed = eventSchema.safeParse(input);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new EventsRefused(
      `${where}: ${issue?.path.join(".") || "the event"} ${issue?.message ?? "cannot be read"}.`,
    );
  }
  const { name, data, id, ts, user, v } = parsed.data;
  if (name.startsWith("inngest/")) {
    throw new EventsRefused(
      `${where}: the name "${name}" is reserved; only the server sends inngest/ events.`,
    );
  }
  const { _inngest: _, ...own } = data ?? {};
  const event = { id: id ?? serverId, name, data: own, ts: ts ?? nowMs, user: user ?? {}, ...(v && { v }) };
  const bytes = Buffer.byteLength(JSON.stringify(event));
  if (bytes > limits.eventBytes) {
    throw new EventsRefused(
      `${where}: "${name}" has ${bytes} bytes; ${limits.eventBytes} are allowed. Send ids instead of data.`,
    );
  }
  return { serverId, externalId: id ?? null, event, isLater: isLater(ts, senderMs) };
}

/**
 * Whether the sender wants the event to start its runs at its `ts`, if that lies ahead. The SDK gives each event the
 * time at which it is sent, by the sender's clock, which the seed tells: that is no wish to wait until ours has come
 * as far.
 */
function isLater(ts: number | null | undefined, senderMs: number): boolean {
  return typeof ts === "number" && !(ts <= senderMs);
}
