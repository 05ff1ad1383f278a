import { X } from "lucide-react";

type Props = { label: string; items: { value: string; label: string }[]; onRemove: (value: string) => void };

/** Chosen values, each with a button that takes it away. */
export function Chips({ label, items, onRemove }: Props) {
  if (items.length === 0) return null;
  return (
    <ul aria-label={label} className="mb-1.5 flex flex-wrap gap-1">
      {items.map((item) => (
        <li
          key={item.value}
          className="flex h-6 max-w-full items-center gap-0.5 rounded-full bg-selected pl-2.5 text-xs font-medium max-sm:h-8"
        >
          <span className="truncate">{item.label}</span>
          <button
            type="button"
            aria-label={`Remove ${item.label}`}
            onClick={() => onRemove(item.value)}
            className="flex size-6 shrink-0 items-center justify-center rounded-full text-muted hover:bg-hover hover:text-ink max-sm:size-8"
          >
            <X aria-hidden className="size-3" />
          </button>
        </li>
      ))}
    </ul>
  );
}
