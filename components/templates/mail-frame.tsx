"use client";
import { Monitor, Moon, Smartphone, Tablet, type LucideIcon } from "lucide-react";
import { useState, type ReactNode } from "react";
import { Button } from "#components/ui/button";
import { cn } from "#components/ui/cn";
import { PanelTabs } from "#components/ui/panel-tabs";
import { FittedFrame, type Screen } from "./fitted-frame.tsx";

type Props = {
  title: string;
  message: { html: string; text: string };
  /** Above the mail, beside the switches: its subject, or from whom to whom. */
  head: ReactNode;
  /** It is how the mail looked before. Words that are still to be read do not fade. */
  stale?: boolean;
};

/** A mail as it arrives: on a computer, a tablet, a phone, at night, and as plain text. */
export function MailFrame({ title, message, head, stale = false }: Props) {
  const [screen, setScreen] = useState<Screen>("computer");
  const [dark, setDark] = useState(false);
  const html = {
    value: "html",
    label: "HTML",
    content: (
      <FittedFrame
        title={title}
        html={dark ? atNight(message.html) : message.html}
        screen={screen}
        dark={dark}
        stale={stale}
      />
    ),
  };
  const text = {
    value: "text",
    label: "Text",
    content: (
      <pre tabIndex={0} className="max-h-112 overflow-auto text-xs whitespace-pre-wrap">
        {message.text}
      </pre>
    ),
  };
  return (
    <div className={cn("overflow-hidden rounded-lg border bg-surface", stale && "border-dashed")}>
      <div className="flex flex-wrap items-start gap-x-3 gap-y-2 border-b bg-sunken px-3 py-2">
        <div className="min-w-0 flex-1 basis-56 self-center">{head}</div>
        <div role="group" aria-label="Seen" className="ml-auto flex gap-1">
          {screens.map(({ value, icon, label }) => (
            <Choice
              key={value}
              icon={icon}
              label={label}
              chosen={screen === value}
              onChoose={() => setScreen(value)}
            />
          ))}
          <Choice icon={Moon} label="In dark mode" chosen={dark} onChoose={() => setDark(!dark)} />
        </div>
      </div>
      <div className="p-3">
        <PanelTabs
          label="Parts of the mail"
          // A mail that is sent as plain text has no other part.
          panels={message.html === "" ? [text] : [html, text]}
        />
      </div>
    </div>
  );
}

const screens: { value: Screen; icon: LucideIcon; label: string }[] = [
  { value: "computer", icon: Monitor, label: "On a computer" },
  { value: "tablet", icon: Tablet, label: "On a tablet" },
  { value: "phone", icon: Smartphone, label: "On a phone" },
];

type ChoiceProps = { icon: LucideIcon; label: string; chosen: boolean; onChoose: () => void };

function Choice({ icon: Icon, label, chosen, onChoose }: ChoiceProps) {
  return (
    <Button
      size="icon-sm"
      variant="ghost"
      aria-label={label}
      aria-pressed={chosen}
      title={label}
      className={cn(chosen && "bg-selected text-ink")}
      onClick={onChoose}
    >
      <Icon />
    </Button>
  );
}

/**
 * A mail with dark colours of its own shows them, since the frame says it is dark. Any other is turned round, as the mail
 * programs do that darken everything: light for dark, hues and pictures kept.
 */
function atNight(html: string): string {
  if (/prefers-color-scheme\s*:\s*dark/i.test(html)) return html;
  return `${html}<style>html{background:#fff;filter:invert(.93) hue-rotate(180deg)}img,video,picture{filter:invert(1) hue-rotate(180deg)}</style>`;
}
