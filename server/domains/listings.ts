import type { CheckedBlockList } from "#db/schema/domains";
import type { BlockListAnswer } from "./block-lists.ts";

/** A list that names a domain by mistake takes it back soon: a listing counts when it is still there so much later. */
const countsAfterMs = 5 * 60_000;
/** Whether a first sight was a mistake is known after so long, or never: the next one begins anew. */
const sightMs = 3_600_000;
/**
 * A listing lapses when its list has not named the domain for so long: a list that is silent from then on, as one is whose
 * quota is used up, would otherwise hold campaigns back for ever, and nobody in the workspace could end it.
 */
const lapsesMs = 24 * 3_600_000;
/** So long it is told of a listing that it is over, or has lapsed. */
const toldMs = 14 * 24 * 3_600_000;

const never: Omit<CheckedBlockList, "list" | "state"> = {
  note: null,
  words: null,
  seenAt: null,
  countsSince: null,
  lastSeenAt: null,
  lapsedAt: null,
  endedAt: null,
};

/** What is known of a domain's listings after these answers. Lists that are asked no more are forgotten. */
export const afterAnswers = (
  before: readonly CheckedBlockList[],
  answers: readonly BlockListAnswer[],
  now: Date,
): CheckedBlockList[] =>
  answers.map((answer) => {
    const { list } = answer;
    const known = before.find((each) => each.list === list);
    return { list, ...afterAnswer(known ? withoutOld(known, now) : never, answer, now) };
  });

function afterAnswer(
  before: Omit<CheckedBlockList, "list" | "state">,
  answer: BlockListAnswer,
  now: Date,
): Omit<CheckedBlockList, "list"> {
  if (answer.state === "unknown")
    return { ...afterSilence(before, now), state: "unknown", note: answer.note };
  if (answer.state === "clear")
    return {
      ...before,
      state: "clear",
      note: null,
      seenAt: null,
      countsSince: null,
      lastSeenAt: null,
      lapsedAt: null,
      endedAt: before.countsSince === null && !hasLapsed(before) ? before.endedAt : now.toISOString(),
    };
  const seenAt = isSuspected(before) && sinceSeen(before, now) > sightMs ? null : before.seenAt;
  const again = seenAt !== null && now.getTime() - Date.parse(seenAt) >= countsAfterMs;
  return {
    state: "listed",
    note: null,
    words: answer.words,
    seenAt: seenAt ?? now.toISOString(),
    countsSince: before.countsSince ?? (again ? now.toISOString() : null),
    lastSeenAt: now.toISOString(),
    lapsedAt: null,
    endedAt: null,
  };
}

/** What a list does not say changes nothing, until what it said is too old. */
function afterSilence<List extends Omit<CheckedBlockList, "list" | "state">>(before: List, now: Date): List {
  const silentMs = sinceSeen(before, now);
  if (isSuspected(before) && silentMs > sightMs) return { ...before, seenAt: null, lastSeenAt: null };
  if (before.countsSince === null || silentMs < lapsesMs) return before;
  return { ...before, seenAt: null, countsSince: null, lapsedAt: now.toISOString() };
}

function sinceSeen(
  { seenAt, countsSince, lastSeenAt }: Pick<CheckedBlockList, "seenAt" | "countsSince" | "lastSeenAt">,
  now: Date,
): number {
  const last = lastSeenAt ?? countsSince ?? seenAt;
  return last === null ? 0 : now.getTime() - Date.parse(last);
}

function withoutOld(known: CheckedBlockList, now: Date): CheckedBlockList {
  const told = known.endedAt ?? known.lapsedAt ?? null;
  return told !== null && now.getTime() - Date.parse(told) > toldMs
    ? { ...known, endedAt: null, lapsedAt: null, words: null }
    : known;
}

/** Those that name the domain, and count. */
export const standingIn = (lists: readonly CheckedBlockList[]): CheckedBlockList[] =>
  lists.filter(({ countsSince }) => countsSince !== null);

/** Whether a list has named the domain, and is to be asked again soon whether it still does. */
export const isSuspected = ({
  seenAt,
  countsSince,
}: Pick<CheckedBlockList, "seenAt" | "countsSince">): boolean => seenAt !== null && countsSince === null;

/** Whether it named the domain when it last said anything, too long ago to count. */
export const hasLapsed = ({ lapsedAt }: Pick<CheckedBlockList, "lapsedAt">): boolean =>
  typeof lapsedAt === "string";

/** As a sentence names them: “the block list X”, “the block lists X and Y”. */
export function listNames(lists: readonly Pick<CheckedBlockList, "list">[]): string {
  const names = lists.map(({ list }) => list);
  return names.length === 1
    ? `the block list ${names[0]}`
    : `the block lists ${new Intl.ListFormat("en").format(names)}`;
}

/** The way off the lists, in their own words where they have any. */
export const wayOff = (lists: readonly Pick<CheckedBlockList, "list" | "words">[]): string =>
  lists
    .map(({ list, words }) =>
      words === null
        ? `Ask the operators of ${list} to take it off.`
        : `${list} says of it: “${words.replace(/[“”]/g, "'")}”.`,
    )
    .join(" ");
