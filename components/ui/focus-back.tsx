"use client";
import { useLayoutEffect, useRef, type ReactNode, type RefObject } from "react";

/**
 * For windows that something else than a trigger of their own opens: when they close, the focus goes back to where it
 * was. `mark` is to stand first within the window.
 */
export function useFocusBack(): { mark: ReactNode; onCloseAutoFocus: (event: Event) => void } {
  const from = useRef<HTMLElement>(null);
  return {
    mark: <Mark fromRef={from} />,
    onCloseAutoFocus: (event) => {
      // What is gone, or was nothing in particular, is left to the window's trigger.
      if (!from.current?.isConnected || from.current === document.body) return;
      event.preventDefault();
      from.current.focus({ preventScroll: true });
    },
  };
}

function Mark({ fromRef }: { fromRef: RefObject<HTMLElement | null> }) {
  // Before anything behind it in the window takes the focus.
  useLayoutEffect(() => {
    const held = document.activeElement;
    // A menu is gone by then: its button is where the way began.
    const menu = held?.closest("[role=menu]")?.getAttribute("aria-labelledby");
    const opener = menu ? document.getElementById(menu) : held;
    fromRef.current = opener instanceof HTMLElement ? opener : null;
  }, [fromRef]);
  return null;
}
