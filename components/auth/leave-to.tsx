"use client";

/** Loads a page afresh: nothing cached for one person may be seen by the next. */
export function leaveTo(path: string) {
  location.assign(new URL(path, location.origin));
}
