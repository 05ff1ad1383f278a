"use client";
import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { Button } from "./button.tsx";

export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  async function copy() {
    // Browsers offer the clipboard on https and loopback only.
    if (!navigator.clipboard)
      return void toast.error("This browser does not allow copying here. Select the text instead.");
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  }
  return (
    <Button variant="ghost" size="icon" aria-label={copied ? "Copied" : label} onClick={() => void copy()}>
      {copied ? <Check className="text-success" /> : <Copy />}
    </Button>
  );
}
