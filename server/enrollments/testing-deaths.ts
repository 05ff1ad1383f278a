import { withTenant } from "#db/tenancy";
import type { EventScope } from "#server/drivers/events";
import { openTransport } from "#server/mail/smtp";
import { mailServerOf } from "#server/mailboxes/queries";
import { claimMessages } from "#server/messages/claim";
import { type Compiled, loadForRendering, renderAll } from "#server/messages/render";

/*
 * Where a run dies, in the midst of what it does: what it committed stays, the rest never happens, and nobody is told.
 * The lease of the dead keeps others away until it has run out.
 */

/** After taking a row over, after a slice whose run should have gone on, or with messages in hand. */
export type Seam = "started" | "worked" | "sending";
export type Deaths = {
  /** Whether the run that is there dies there. */
  at: (seam: Seam) => boolean;
  count: number;
  /** How many died with messages in hand: every other one had handed them over. */
  senders: number;
  /** Whether one of them is to die as soon as there is something to send. */
  senderIsNext: boolean;
  /** Messages that nobody knows about. */
  lost: { id: string; arrived: boolean }[];
};

export const nobodyDies = (): Deaths => ({
  at: () => false,
  count: 0,
  senders: 0,
  senderIsNext: false,
  lost: [],
});

/**
 * Dies at one seam in `every`, the same ones for the same seed, while it is `on`; and whatever the seed, the first sender
 * with something to send since it was turned on.
 */
export function deathsBySeed(seed: number, every: number): Deaths & { turn: (on: boolean) => void } {
  let state = seed;
  let isOn = false;
  const deaths: Deaths & { turn: (on: boolean) => void } = {
    count: 0,
    senders: 0,
    senderIsNext: false,
    lost: [],
    turn: (on) => {
      isOn = on;
      deaths.senderIsNext = on;
    },
    at: (seam) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const isNext = seam === "sending" && deaths.senderIsNext;
      // The upper half: the lower bits of such a row of numbers repeat soon.
      const dies = isOn && (isNext || state >>> 16 < 65_536 / every);
      if (dies) deaths.count += 1;
      return dies;
    },
  };
  return deaths;
}

/** A few messages are claimed, and handed over or not; their sender is gone before it writes down what came of it. */
export async function dieSending(
  lane: EventScope & { emailAccountId: string; fence: number },
  deaths: Deaths,
): Promise<void> {
  const { tenantId, workspaceId, emailAccountId: accountId, fence } = lane;
  const scope = { tenantId, workspaceId };
  const compiled: Compiled = new Map();
  const claimed = await withTenant(scope, async (tx) => {
    const { messages } = await claimMessages(tx, { scope, accountId, fence, limit: 2, leaseSeconds: 120 });
    const ids = messages.map(({ id }) => id);
    const server = await mailServerOf(tx, accountId);
    return { ids, server, loaded: await loadForRendering(tx, ids, compiled) };
  });
  const arrived = new Set<string>();
  const handsOver = deaths.senders % 2 === 0;
  if (claimed.ids.length > 0) {
    deaths.senders += 1;
    deaths.senderIsNext = false;
  }
  if (handsOver && claimed.ids.length > 0) {
    const transport = openTransport(claimed.server, 1);
    const { rendered } = await renderAll(claimed.loaded, compiled);
    for (const { id, outcome } of await transport.send(rendered)) if (outcome === "sent") arrived.add(id);
    transport.close();
  }
  deaths.lost.push(...claimed.ids.map((id) => ({ id, arrived: arrived.has(id) })));
}
