"use client";

const name = "postroad:palette";

/** Opens the command palette from anywhere. */
export function openPalette() {
  window.dispatchEvent(new Event(name));
}

/** Calls back whenever somebody asks for the palette; returns how to stop. */
export function onPalette(open: () => void): () => void {
  window.addEventListener(name, open);
  return () => window.removeEventListener(name, open);
}
