import { Callout } from "#components/ui/callout";
import type { RefusedParts } from "#server/contacts/schema";

const idOf = (name: string) => `refused-${name}`;

/** What ties the control of a filter to the sentence that says what is wrong with it. */
export const wrongBy = (refused: RefusedParts, name: string) =>
  refused[name] ? { "aria-invalid": true as const, "aria-describedby": idOf(name) } : {};

/** What was asked for and cannot be: the list is as if nobody had asked. */
export function RefusedFilters({ refused }: { refused: RefusedParts }) {
  const parts = Object.entries(refused);
  if (parts.length === 0) return null;
  return (
    <div role="alert">
      <Callout kind="warning" title="Not everything was filtered by">
        <ul className="space-y-1">
          {parts.map(([name, { problem }]) => (
            <li key={name} id={idOf(name)}>
              {labels[name] && `${labels[name]}: `}
              {problem}
            </li>
          ))}
        </ul>
        <p className="mt-1 text-muted">
          The list shows whom the other filters let through. Exporting these, or changing all of them at once,
          waits until what is wrong has been put right or cleared.
        </p>
      </Callout>
    </div>
  );
}

/** Of the filters whose sentence does not say so itself. */
const labels: Record<string, string> = {
  q: "Search",
  tag: "Tag",
  scoreMin: "Score from",
  scoreMax: "Score to",
  addedFrom: "Added from",
  addedTo: "Added until",
  activeFrom: "Last activity from",
  activeTo: "Last activity until",
};
