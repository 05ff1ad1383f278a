"use client";
import { useEffect, useRef } from "react";

type Keys = {
  disabled: boolean;
  move: (by: 1 | -1) => void;
  approve?: () => void;
  reject?: () => void;
  edit?: () => void;
  pick?: () => void;
};

const busy =
  "input:not([type=checkbox]), textarea, select, [contenteditable=true], [role=dialog], [role=alertdialog], [role=menu], [role=listbox]";

/** j and k move through the list, a approves, r rejects, e edits, x chooses. */
export function useDraftKeys(keys: Keys) {
  const current = useRef(keys);
  useEffect(() => {
    current.current = keys;
  });
  useEffect(() => {
    let afterG = 0;
    function press(event: KeyboardEvent) {
      if (event.metaKey || event.ctrlKey || event.altKey || event.repeat) return;
      if (event.target instanceof HTMLElement && event.target.closest(busy)) return;
      // G and a letter goes to another page.
      if (event.key === "g") afterG = event.timeStamp + 1500;
      else if (event.timeStamp < afterG) afterG = 0;
      else act(current.current, event);
    }
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}

function act(keys: Keys, event: KeyboardEvent) {
  if (keys.disabled) return;
  const acts: Partial<Record<string, () => void>> = {
    j: () => keys.move(1),
    k: () => keys.move(-1),
    a: keys.approve,
    r: keys.reject,
    e: keys.edit,
    x: keys.pick,
  };
  const found = acts[event.key];
  if (!found) return;
  event.preventDefault();
  found();
}
