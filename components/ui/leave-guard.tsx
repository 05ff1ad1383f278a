"use client";
import { type FormEvent, useEffect, useState } from "react";
import { ConfirmDialog } from "./confirm-dialog.tsx";

type Go = () => unknown;

/** Those on the page who have something unsaved; the last one asks. */
const holders: ((go: Go) => void)[] = [];
/** Somebody agreed to leave, and is on the way out. */
let passing = false;

/** Goes on at once, or when the person has agreed to lose what is unsaved: for ways out that are no links. */
export function leaving(go: Go): void {
  const hold = holders.at(-1);
  if (hold) hold(go);
  else go();
}

/** Asks before unsaved changes are lost: by a link, by the Back button where the browser lets us, or with the tab. */
export function LeaveGuard({ unsaved }: { unsaved: boolean }) {
  const [going, setGoing] = useState<Go | null>(null);
  useEffect(() => {
    if (!unsaved) return;
    const hold = (go: Go) => setGoing(() => go);
    const letGo = watchWaysOut(hold);
    holders.push(hold);
    return () => {
      holders.splice(holders.indexOf(hold), 1);
      letGo();
    };
  }, [unsaved]);
  return (
    going && (
      <ConfirmDialog
        open
        onOpenChange={(open) => !open && setGoing(null)}
        title="Leave without saving?"
        confirm="Leave"
        danger
        onConfirm={() => pass(going)}
      >
        What you have changed here is not saved yet, and is lost when you leave.
      </ConfirmDialog>
    )
  );
}

/** For a form whose boxes keep their own values. `problem`: its last save was refused. */
export function useTouched(problem: unknown) {
  const [touched, setTouched] = useState(false);
  const touch = () => setTouched(true);
  return {
    unsaved: touched || Boolean(problem),
    touch,
    /** Of the form. */
    watch: {
      onChange: touch,
      onSubmitCapture: ({ target, currentTarget }: FormEvent) =>
        target === currentTarget && setTouched(false),
    },
  };
}

async function pass(go: Go): Promise<void> {
  passing = true;
  try {
    await go();
  } finally {
    passing = false;
  }
}

function watchWaysOut(hold: (go: Go) => void): () => void {
  const unload = (event: BeforeUnloadEvent) => {
    if (!passing) event.preventDefault();
  };
  const click = (event: MouseEvent) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
    if (!link || passing || staysHere(link, event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    hold(() => link.click());
  };
  const back = (event: NavigateEvent) => {
    if (event.navigationType !== "traverse" || !event.cancelable || passing) return;
    event.preventDefault();
    const { key } = event.destination;
    hold(() => navigation.traverseTo(key).committed);
  };
  addEventListener("beforeunload", unload);
  document.addEventListener("click", click, true);
  if ("navigation" in window) navigation.addEventListener("navigate", back);
  return () => {
    removeEventListener("beforeunload", unload);
    document.removeEventListener("click", click, true);
    if ("navigation" in window) navigation.removeEventListener("navigate", back);
  };
}

/** Whether the page stays open behind a click on this link; of other sites, the browser asks itself. */
function staysHere(link: HTMLAnchorElement, event: MouseEvent): boolean {
  const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || link.target === "_blank";
  const { origin, pathname, search } = location;
  const within = link.hash !== "" && link.pathname === pathname && link.search === search;
  return elsewhere || within || link.hasAttribute("download") || link.origin !== origin;
}
