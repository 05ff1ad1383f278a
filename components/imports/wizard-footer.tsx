import type { ReactNode } from "react";

/** The buttons of a step, always in reach: the way back first, the way on last. */
export function WizardFooter({ note, children }: { note?: ReactNode; children: ReactNode }) {
  return (
    <div className="sticky bottom-0 z-10 -mx-4 mt-4 flex flex-wrap items-center justify-end gap-2 border-t bg-canvas/95 px-4 py-3 backdrop-blur-sm sm:mx-0 sm:px-0">
      {note && <p className="mr-auto text-xs text-muted max-sm:w-full">{note}</p>}
      {children}
    </div>
  );
}
