"use client";
import { useEffect, useRef } from "react";

/** Undo and redo by the usual keys, wherever the focus is but in a box of text: that has an undo of its own. */
export function useUndoKeys(undo: (() => void) | null, redo: (() => void) | null): void {
  const ways = useRef({ undo, redo });
  useEffect(() => {
    ways.current = { undo, redo };
  });
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || inText(event.target)) return;
      const key = event.key.toLowerCase();
      if (key !== "z" && key !== "y") return;
      // A question that is open stands above the steps.
      if (document.querySelector("[role=dialog], [role=alertdialog]")) return;
      event.preventDefault();
      if (key === "y" || event.shiftKey) ways.current.redo?.();
      else ways.current.undo?.();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
}

const inText = (target: EventTarget | null) =>
  target instanceof HTMLElement
  && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
