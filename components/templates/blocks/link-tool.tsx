"use client";
import type { Editor } from "@tiptap/react";
import { Link as LinkIcon } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { cn } from "#components/ui/cn";
import { Field } from "#components/ui/field";
import { Popover, PopoverContent, PopoverTrigger } from "#components/ui/popover";

/** Makes the chosen words a link, changes where it leads, or takes it away. */
export function LinkTool({ editor, on }: { editor: Editor; on: boolean }) {
  const [open, setOpen] = useState(false);
  const [href, setHref] = useState("");
  function change(next: boolean) {
    const current: unknown = editor.getAttributes("link").href;
    setHref(typeof current === "string" ? current : "");
    setOpen(next);
  }
  function apply() {
    const chain = editor.chain().focus().extendMarkRange("link");
    const address = addressOf(href);
    if (!address) chain.unsetLink().run();
    else if (editor.state.selection.empty && !on)
      chain
        .insertContent({ type: "text", text: address, marks: [{ type: "link", attrs: { href: address } }] })
        .run();
    else chain.setLink({ href: address }).run();
    setOpen(false);
  }
  return (
    <Popover open={open} onOpenChange={change}>
      <PopoverTrigger asChild>
        <Button
          size="icon-sm"
          variant="ghost"
          aria-label="Link"
          title="Link"
          aria-pressed={on}
          className={cn(on && "bg-selected text-ink")}
        >
          <LinkIcon />
        </Button>
      </PopoverTrigger>
      <PopoverContent
        aria-label="Link"
        className="w-80 space-y-3 p-3"
        onCloseAutoFocus={(event) => {
          event.preventDefault();
          editor.view.focus();
        }}
      >
        <Field
          name="href"
          label="Leads to"
          placeholder="https://example.com"
          autoFocus
          value={href}
          onChange={(event) => setHref(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            apply();
          }}
        />
        <div className="flex justify-end">
          <Button size="sm" variant="primary" onClick={apply}>
            {href.trim() ? "Set link" : "Remove link"}
          </Button>
        </div>
      </PopoverContent>
    </Popover>
  );
}

/** What was typed, as an address: a bare name is a web page, and a bare mailbox is one to write to. */
export function addressOf(typed: string): string {
  const text = typed.trim();
  if (!text || /^([a-z][a-z0-9+.-]*:|\{\{|#|\/)/i.test(text)) return text;
  return /^[^\s/@]+@[^\s/@]+$/.test(text) ? `mailto:${text}` : `https://${text}`;
}
