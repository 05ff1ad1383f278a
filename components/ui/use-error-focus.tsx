"use client";
import { type RefObject, useEffect, useRef } from "react";

/** For a form that tells its own errors: whenever there are new ones, the first wrong field gets the focus. */
export function useErrorFocus(problem: unknown): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (problem) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [problem]);
  return form;
}
