"use client";
import { Tabs } from "radix-ui";
import type { ReactNode } from "react";

type Panel = { value: string; label: string; content: ReactNode };

/** Tabs inside one page (HTML and text of a mail). What deserves a URL uses `Tabs`. */
export function PanelTabs({
  label,
  panels,
  value,
  onChange,
}: {
  label: string;
  panels: Panel[];
  /** The panel shown, where something else than a click can change it. */
  value?: string;
  onChange?: (value: string) => void;
}) {
  return (
    <Tabs.Root
      {...(value === undefined ? { defaultValue: panels[0]?.value } : { value })}
      {...(onChange && { onValueChange: onChange })}
    >
      <Tabs.List aria-label={label} className="mb-3 inline-flex gap-0.5 rounded-md border bg-sunken p-0.5">
        {panels.map((panel) => (
          <Tabs.Trigger
            key={panel.value}
            value={panel.value}
            className="h-6.5 rounded-sm px-3 text-xs font-medium text-muted hover:text-ink data-[state=active]:bg-raised data-[state=active]:text-ink data-[state=active]:shadow-card max-sm:h-9"
          >
            {panel.label}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {panels.map((panel) => (
        <Tabs.Content key={panel.value} value={panel.value}>
          {panel.content}
        </Tabs.Content>
      ))}
    </Tabs.Root>
  );
}
