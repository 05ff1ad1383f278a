"use client";
import { Keyboard } from "lucide-react";
import { Button } from "#components/ui/button";
import { Kbd } from "#components/ui/kbd";
import { Popover, PopoverContent, PopoverTrigger } from "#components/ui/popover";

const keys: [keys: string[], does: string][] = [
  [["↑", "↓"], "Along the ways"],
  [["←", "→"], "To the step beside it"],
  [["Enter"], "Open the step; Esc goes back"],
  [["A"], "Add a step behind it"],
  [["Alt", "↑ ↓"], "Move up or down"],
  [["M"], "Move to…"],
  [["L"], "Leads on to…"],
  [["X"], "Pick it, for several together"],
  [["Shift", "↑ ↓"], "Pick along the way"],
  [["Ctrl", "C"], "Copy"],
  [["Ctrl", "V"], "Paste behind it"],
  [["Delete"], "Delete"],
  [["Ctrl", "Z"], "Undo"],
  [["Ctrl", "Shift", "Z"], "Redo"],
  [["+", "−", "0"], "Zoom in, out, fit"],
];

export function CanvasHelp() {
  return (
    <Popover>
      <PopoverTrigger asChild>
        <Button variant="ghost" size="icon-sm" aria-label="Keys of the canvas">
          <Keyboard />
        </Button>
      </PopoverTrigger>
      <PopoverContent align="end" className="w-72 p-3" aria-label="Keys of the canvas">
        <dl className="space-y-1.5">
          {keys.map(([pressed, does]) => (
            <div key={does} className="flex items-center justify-between gap-3">
              <dt className="text-muted">{does}</dt>
              <dd className="flex gap-1">
                {pressed.map((key) => (
                  <Kbd key={key}>{key}</Kbd>
                ))}
              </dd>
            </div>
          ))}
        </dl>
        <p className="mt-3 border-t pt-2 text-xs text-muted">
          What is picked is moved, copied and deleted together. With the mouse: Shift and a click pick a step.
          Drag a step, or all that are picked, onto a plus to move there, and the dot below a step onto
          another one to lead on to it; a click on the dot asks where to. What is copied can be pasted into
          any campaign of this workspace.
        </p>
      </PopoverContent>
    </Popover>
  );
}
