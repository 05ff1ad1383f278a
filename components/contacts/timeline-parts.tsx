type Entry = { id: string; type: string };

const keyOf = ({ type, id }: Entry) => `${type} ${id}`;

/**
 * The newest entries as the page brings them after every change, with the older ones of parts that were fetched before:
 * what the change has pushed off the end of the newest ones is among those.
 */
export function joined<E extends Entry>(newest: readonly E[], before: readonly E[]): E[] {
  const places = new Map(before.map((entry, at) => [keyOf(entry), at]));
  const seam = newest.findLast((entry) => places.has(keyOf(entry)));
  const rest = before.slice(seam ? (places.get(keyOf(seam)) ?? 0) + 1 : 0);
  const shown = new Set(newest.map(keyOf));
  return [...newest, ...rest.filter((entry) => !shown.has(keyOf(entry)))];
}
