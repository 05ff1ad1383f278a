import { useRef, type FocusEvent } from "react";
import type { BodyHandle } from "./body-handle.tsx";

/**
 * Puts text where the caret was last: into one of the lines above the body, or into the body. `lines` are what the
 * lines hold now; a line that is inserted into is given to `onLine`.
 */
export function useCaretInsert<Line extends string>(
  lines: Record<Line, string>,
  onLine: (line: Line, value: string) => void,
) {
  const body = useRef<BodyHandle>(null);
  /** Null when it was the body. */
  const last = useRef<{ box: HTMLInputElement; line: Line } | null>(null);

  function insert(text: string) {
    if (!last.current) return body.current?.insert(text);
    const { box, line } = last.current;
    const from = box.selectionStart ?? lines[line].length;
    onLine(line, lines[line].slice(0, from) + text + lines[line].slice(box.selectionEnd ?? from));
    requestAnimationFrame(() => {
      box.focus();
      box.setSelectionRange(from + text.length, from + text.length);
    });
  }

  return {
    body,
    insert,
    inLine: (line: Line) => (event: FocusEvent<HTMLInputElement>) => {
      last.current = { box: event.currentTarget, line };
    },
    inBody: () => {
      last.current = null;
    },
  };
}
