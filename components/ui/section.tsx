import { useId, type ReactNode } from "react";
import { Card } from "./card.tsx";
import { cn } from "./cn.tsx";

type Props = {
  title: ReactNode;
  description?: ReactNode;
  action?: ReactNode;
  /** A quiet strip below: the buttons of a form, a link to more. */
  footer?: ReactNode;
  /** No padding around the children: a table or list that reaches the edges. */
  flush?: boolean;
  className?: string;
  children?: ReactNode;
};

/** A titled card. */
export function Section({ title, description, action, footer, flush, className, children }: Props) {
  const id = useId();
  return (
    <Card className={cn("mb-5 overflow-hidden", className)}>
      <section aria-labelledby={id}>
        <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 px-4 pt-4 sm:px-5">
          <div className="min-w-0">
            <h2 id={id} className="text-base font-semibold">
              {title}
            </h2>
            {description && <div className="mt-0.5 text-muted">{description}</div>}
          </div>
          {action && <div className="flex shrink-0 items-center gap-2">{action}</div>}
        </header>
        <div className={cn(flush ? "mt-3 border-t" : "px-4 pt-4 pb-5 empty:pt-0 sm:px-5")}>{children}</div>
        {footer && (
          <footer className="flex flex-wrap items-center justify-end gap-2 border-t bg-sunken px-4 py-2.5 sm:px-5">
            {footer}
          </footer>
        )}
      </section>
    </Card>
  );
}
