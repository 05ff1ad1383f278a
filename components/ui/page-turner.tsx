import { Button } from "./button.tsx";

type PageTurnerProps<Cursor> = {
  /** What its pages are of, for screen readers. */
  label: string;
  /** Where each page that was turned begins; none on the first one. */
  pages: readonly Cursor[];
  /** Where the next page begins, if there is one. */
  next: Cursor | null | undefined;
  onTurn: (pages: Cursor[]) => void;
};

/** Back and Next under a list whose pages follow each other by key; nothing where one page is all. */
export function PageTurner<Cursor>({ label, pages, next, onTurn }: PageTurnerProps<Cursor>) {
  if (pages.length === 0 && !next) return null;
  return (
    <nav aria-label={label} className="flex justify-end gap-2 border-t px-4 py-2">
      <Button size="sm" disabled={pages.length === 0} onClick={() => onTurn(pages.slice(0, -1))}>
        Back
      </Button>
      <Button size="sm" disabled={!next} onClick={() => next && onTurn([...pages, next])}>
        Next
      </Button>
    </nav>
  );
}
