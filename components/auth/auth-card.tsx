import type { ReactNode } from "react";

type Props = { title: string; description?: ReactNode; footer?: ReactNode; children: ReactNode };

/** The frame of a sign-in page. */
export function AuthCard({ title, description, footer, children }: Props) {
  return (
    <>
      <h1 className="text-2xl font-semibold">{title}</h1>
      {description && <p className="mt-1.5 text-base text-muted">{description}</p>}
      <div className="mt-7">{children}</div>
      {footer && <p className="mt-6 text-muted">{footer}</p>}
    </>
  );
}
