import { changesOf } from "#server/ab-tests/variants";
import type { Campaign } from "#server/campaigns/queries";
import { textOf } from "#server/mail/html-document";

/** Which of the words the campaign's emails say, in any variant of them: what a recipient reads, not the markup. */
export function wordsIn({ steps }: Pick<Campaign, "steps">, words: readonly string[]): string[] {
  if (words.length === 0) return [];
  const said = steps.flatMap((step) => {
    const { test } = step;
    const variants = test?.variants.map((_, place) => changesOf(test, place)) ?? [];
    return [step, ...variants].flatMap(({ subjectLine, previewText, emailContent, emailText }) => [
      subjectLine ?? "",
      previewText ?? "",
      emailText ?? "",
      emailContent ? textOf(emailContent) : "",
    ]);
  });
  const text = said.join("\n").replace(/\s+/g, " ");
  return words.filter((word) => asWord(word).test(text));
}

/** Finds the word by itself: "free" is not in "freedom", and "% off" is in "50% off". */
function asWord(word: string): RegExp {
  const letter = /[\p{L}\p{N}]/u;
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+");
  const before = letter.test(word.at(0) ?? "") ? "(?<![\\p{L}\\p{N}])" : "";
  const after = letter.test(word.at(-1) ?? "") ? "(?![\\p{L}\\p{N}])" : "";
  return new RegExp(`${before}${escaped}${after}`, "iu");
}
