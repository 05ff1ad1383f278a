import type { CheckedBlockList } from "#db/schema/domains";
import type { BlockListAnswer } from "./block-lists.ts";

/** A list that names a domain by mistake takes it back soon: a listing counts when it is still there so much later. */
const countsAfterMs = 5 * 60_000;
/** So long it is told of a listing that it is over. */
const toldMs = 14 * 24 * 3_600_000;

const never: Omit<CheckedBlockList, "list" | "state"> = {
  note: null,
  words: null,
  seenAt: null,
  countsSince: null,
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
  // What a list does not say changes nothing.
  if (answer.state === "unknown") return { ...before, state: "unknown", note: answer.note };
  if (answer.state === "clear")
    return {
      ...before,
      state: "clear",
      note: null,
      seenAt: null,
      countsSince: null,
      endedAt: before.countsSince === null ? before.endedAt : now.toISOString(),
    };
  const { seenAt } = before;
  const again = seenAt !== null && now.getTime() - Date.parse(seenAt) >= countsAfterMs;
  return {
    state: "listed",
    note: null,
    words: answer.words,
    seenAt: seenAt ?? now.toISOString(),
    countsSince: before.countsSince ?? (again ? now.toISOString() : null),
    endedAt: null,
  };
}

const withoutOld = (known: CheckedBlockList, now: Date): CheckedBlockList =>
  known.endedAt !== null && now.getTime() - Date.parse(known.endedAt) > toldMs
    ? { ...known, endedAt: null, words: null }
    : known;

/** Those that name the domain, and count. */
export const standingIn = (lists: readonly CheckedBlockList[]): CheckedBlockList[] =>
  lists.filter(({ countsSince }) => countsSince !== null);

/** Whether a list has named the domain, and is to be asked again soon whether it still does. */
export const isSuspected = ({ seenAt, countsSince }: CheckedBlockList): boolean =>
  seenAt !== null && countsSince === null;

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
