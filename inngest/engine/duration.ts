import { limits } from "./limits.ts";

const units: Record<string, number> = {
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
};

/** Either so long after now, or an instant. Both on the product's clock. */
export type Due = { afterMs: number } | { at: Date };

/** Go-like "1d2h3s" in milliseconds; "" is 0, anything else that does not parse is null. */
export function parseDuration(text: string): number | null {
  if (!/^(\d+(\.\d+)?(ms|[wdhms]))*$/.test(text)) return null;
  let total = 0;
  for (const [, amount, , unit] of text.matchAll(/(\d+(\.\d+)?)(ms|[wdhms])/g)) {
    total += Number(amount) * (units[unit ?? ""] ?? 0);
  }
  return Math.round(total);
}

/**
 * What a sleep or a timeout waits for: a duration or an ISO date.
 * @throws Error with a sentence when it is neither, or more than 366 days.
 */
export function parseDue(text: string, now: Date): Due {
  const afterMs = parseDuration(text);
  const at = afterMs === null ? new Date(text) : null;
  if (at && Number.isNaN(at.getTime())) {
    throw new Error(`"${text}" is neither a duration such as "1d2h" nor an ISO date.`);
  }
  if ((afterMs ?? (at?.getTime() ?? 0) - now.getTime()) > limits.pauseMs) {
    throw new Error(`"${text}" is more than 366 days ahead, the longest that a step may wait.`);
  }
  return at ? { at } : { afterMs: afterMs ?? 0 };
}

/** A Retry-After header: whole seconds, or a date. Null when there is none that can be read. */
export function parseRetryAfter(header: string | undefined): Due | null {
  if (!header) return null;
  if (/^\d+$/.test(header)) {
    return { afterMs: Math.min(Math.max(Number(header), 1), 86_400) * 1000 };
  }
  const at = new Date(header);
  return Number.isNaN(at.getTime()) ? null : { at };
}

/** The wait before the next try: 1, 2, 4 … seconds up to 300, give or take a quarter. */
export function backoffMs(attempt: number, random: number = Math.random()): number {
  const base = Math.min(2 ** Math.min(attempt, 20), 300) * 1000;
  return Math.round(base * (0.75 + random / 2));
}
