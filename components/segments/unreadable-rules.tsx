import { Callout } from "#components/ui/callout";

type Props = { sentences: readonly string[]; editable: boolean };

/** What is wrong with rules that were stored in a form that nobody reads any more, and how they are mended. */
export function UnreadableRules({ sentences, editable }: Props) {
  return (
    <Callout kind="warning" title="Rules of this segment cannot be read" className="mb-4">
      <ul className="list-disc space-y-1 pl-5 wrap-anywhere">
        {sentences.map((sentence, index) => (
          <li key={index}>{sentence}</li>
        ))}
      </ul>
      <p className="mt-2">
        Until they can, its members stay as they were last worked out, and nothing that uses it can start.{" "}
        {editable
          ? "Where a rule could not be read, one without a value stands under Rules: say there what it asked for, or remove it, and save."
          : "Ask somebody who may change segments to mend and save it."}
      </p>
    </Callout>
  );
}
