"use client";
import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from "react";

const never = () => () => undefined;

/**
 * The title of a step. It takes the focus when it comes in place of what had it, so that keyboard and screen reader
 * go on there; never when the page is first loaded, and never away from something else.
 */
export function StepHeading({ children }: { children: ReactNode }) {
  const hydrating = useSyncExternalStore(
    never,
    () => false,
    () => true,
  );
  const [loaded] = useState(hydrating);
  const heading = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const focused = document.activeElement;
    if (!loaded && (!focused || focused === document.body)) heading.current?.focus();
  }, [loaded]);
  return (
    <span ref={heading} tabIndex={-1} className="outline-none">
      {children}
    </span>
  );
}
