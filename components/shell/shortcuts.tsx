"use client";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { Dialog, DialogContent } from "#components/ui/dialog";
import { Kbd } from "#components/ui/kbd";
import { leaving } from "#components/ui/leave-guard";
import { allPlaces } from "./places.tsx";
import { useModifier } from "./use-modifier.tsx";

const openName = "postroad:shortcuts";

export function openShortcuts() {
  window.dispatchEvent(new Event(openName));
}

/** Single keys act only while nothing takes text and no dialog is open. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.closest(
      "input, textarea, select, [contenteditable=true], [role=dialog], [role=menu], [role=listbox]",
    ) !== null
  );
}

/** g and a letter goes to a page, c creates a campaign, i imports, / searches the page, ? shows this list. */
export function Shortcuts({ slug }: { slug: string }) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const modifier = useModifier();
  const waitingUntil = useRef(0);

  useEffect(() => {
    const show = () => setOpen(true);
    const go = (path: string) => leaving(() => router.push(`/${slug}${path}`));
    function press(event: KeyboardEvent) {
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      const { key } = event;
      if (event.timeStamp < waitingUntil.current) {
        waitingUntil.current = 0;
        const place = allPlaces.find((candidate) => candidate.key === key);
        if (place) go(place.path);
        return;
      }
      if (key === "g") waitingUntil.current = event.timeStamp + 1500;
      else if (key === "c") go("/campaigns/new");
      else if (key === "i") go("/imports/new");
      else if (key === "?") show();
      else if (key === "/") {
        const search = document.querySelector<HTMLInputElement>("main input[type=search]");
        if (!search) return;
        event.preventDefault();
        search.focus();
      }
    }
    window.addEventListener("keydown", press);
    window.addEventListener(openName, show);
    return () => {
      window.removeEventListener("keydown", press);
      window.removeEventListener(openName, show);
    };
  }, [router, slug]);

  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogContent title="Keyboard shortcuts" size="sm">
        <dl className="space-y-1.5">
          <Row label="Search and commands" keys={[modifier.trim(), "K"]} />
          <Row label="Search this page" keys={["/"]} />
          <Row label="Create a campaign" keys={["C"]} />
          <Row label="Import contacts" keys={["I"]} />
          {allPlaces.map(({ label, key }) => (
            <Row key={key} label={`Go to ${label.toLowerCase()}`} keys={["G", key.toUpperCase()]} />
          ))}
          <Row label="This list" keys={["?"]} />
        </dl>
      </DialogContent>
    </Dialog>
  );
}

function Row({ label, keys }: { label: string; keys: string[] }) {
  return (
    <div className="flex items-center justify-between gap-4">
      <dt>{label}</dt>
      <dd className="flex gap-1">
        {keys.map((key) => (
          <Kbd key={key}>{key}</Kbd>
        ))}
      </dd>
    </div>
  );
}
