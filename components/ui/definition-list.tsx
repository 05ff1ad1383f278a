import { Fragment, type ReactNode } from "react";

/** Names and values, two columns that stack on small screens. */
export function DefinitionList({ items }: { items: { term: ReactNode; value: ReactNode; key?: string }[] }) {
  return (
    <dl className="grid grid-cols-[minmax(7rem,auto)_1fr] gap-x-6 gap-y-2">
      {items.map(({ term, value, key }, index) => (
        <Fragment key={key ?? index}>
          <dt className="text-muted">{term}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
