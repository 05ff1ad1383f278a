import type { ReactNode } from "react";

type Props = { title: string; children: ReactNode; action?: ReactNode; note?: ReactNode };

/** What stands where a page has only something to say: not found, failed. */
export function MessagePage({ title, children, action, note }: Props) {
  return (
    <div className="mx-auto flex min-h-[70vh] w-full max-w-md flex-col items-start justify-center px-6 py-16">
      <h1 className="text-xl font-semibold">{title}</h1>
      <div className="mt-2 text-base text-muted">{children}</div>
      {action && <div className="mt-6 flex flex-wrap gap-2">{action}</div>}
      {note && <p className="mt-8 text-xs text-faint">{note}</p>}
    </div>
  );
}
