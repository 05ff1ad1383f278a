import { useEffect, useRef } from "react";

type Saves = {
  /** Whether something is still to be saved, at this very moment: what was rendered last may be behind. */
  isUnsaved: () => boolean;
  /** Waits until nothing is on its way; whether all of it was taken. */
  settle: () => Promise<boolean>;
};

/**
 * A link that is followed with something unsaved waits for it: the page it leads to is to show it. Of several, the
 * last one is followed; none when a save is refused, so that this is seen.
 */
export function useSavedBeforeLinks(saves: Saves): void {
  const latest = useRef(saves);
  useEffect(() => {
    latest.current = saves;
  });
  useEffect(() => {
    let wanted: HTMLAnchorElement | null = null;
    const follow = (saved: boolean) => {
      const link = wanted;
      wanted = null;
      if (saved) link?.click();
    };
    const hold = (event: MouseEvent) => {
      const link =
        event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
      const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || link?.target === "_blank";
      if (!link || elsewhere || !latest.current.isUnsaved()) return;
      event.preventDefault();
      event.stopPropagation();
      const isWaiting = wanted !== null;
      wanted = link;
      if (isWaiting) return;
      // Later than this click: browsers drop a click within another one on the same element, and a promise that has
      // settled already would come that early.
      void latest.current.settle().then((saved) => setTimeout(() => follow(saved)));
    };
    document.addEventListener("click", hold, true);
    return () => {
      wanted = null;
      document.removeEventListener("click", hold, true);
    };
  }, []);
}
