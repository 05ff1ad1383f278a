import { Fragment, type ReactNode } from "react";

/** Names and values, two columns that stack on small screens. */
export function DefinitionList({ items }: { items: { term: ReactNode; value: ReactNode; key?: string }[] }) {
  return (
    <dl className="grid gap-x-6 sm:grid-cols-[minmax(7rem,auto)_1fr] sm:gap-y-2">
      {items.map(({ term, value, key }, index) => (
        <Fragment key={key ?? index}>
          <dt className="text-muted">{term}</dt>
          <dd className="min-w-0 break-words max-sm:mb-2 max-sm:last:mb-0">{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
