"use client";
import type { JSONContent } from "@tiptap/core";
import dynamic from "next/dynamic";
import { useEffect, useState, type Ref } from "react";
import { AskPictureProvider } from "#components/pictures/ask-picture";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { Skeleton } from "#components/ui/skeleton";
import type { TemplateProblem } from "#server/mail/schema";
import type { BodyHandle } from "./body-handle.tsx";
import { HtmlEditor } from "./html-editor.tsx";
import { ModeSwitch } from "./mode-switch.tsx";
import { TextPart } from "./text-part.tsx";

const Blocks = dynamic(() => import("./blocks/block-editor.tsx").then((loaded) => loaded.BlockEditor), {
  ssr: false,
  loading: () => <Skeleton className="h-96 w-full" />,
});
/** Fetched with the editor itself: it reads HTML as blocks. */
const reading = () => import("./blocks/convert-html.tsx");

export type BodyMode = "blocks" | "html" | "text";
type Offer = { doc: JSONContent; how: "all" | "whole" } | "none";

type Props = {
  html: string;
  onHtml: (html: string) => void;
  /** The plain-text part; null is made from the HTML. Left out where there is none to write. */
  text?: { value: string | null; onChange: (text: string | null) => void; problems: TemplateProblem[] };
  disabled: boolean;
  problems: TemplateProblem[];
  label: string;
  id?: string;
  "aria-describedby"?: string;
  onFocus?: () => void;
  handle?: Ref<BodyHandle>;
};

/**
 * The body of a mail, as blocks or as HTML: two views of one text. Blocks open only when writing them out gives that
 * very text again; whatever they cannot say is named, and changed only when the person says so.
 */
export function BodyEditor({ html, onHtml, text, disabled, problems, ...rest }: Props) {
  const [mode, setMode] = useState<BodyMode>(() => (looksLikeBlocks(html) ? "blocks" : "html"));
  const [doc, setDoc] = useState<{ doc: JSONContent; html: string } | null>(null);
  const [offer, setOffer] = useState<Offer | null>(null);

  // What came from elsewhere, a template that was chosen or a version restored, is read anew.
  const unread = mode === "blocks" && doc?.html !== html;
  useEffect(() => {
    if (!unread) return;
    let current = true;
    void reading().then(({ readBlocks, convertHtml, emptyMail }) => {
      if (!current) return;
      const found = html.trim() ? readBlocks(html) : emptyMail;
      if (found) return setDoc({ doc: found, html });
      setOffer(convertHtml(html) ?? "none");
      setMode("html");
    });
    return () => {
      current = false;
    };
  }, [unread, html]);

  function change(next: string) {
    setDoc((before) => before && { ...before, html: next });
    onHtml(next);
  }
  function choose(next: BodyMode) {
    setOffer(null);
    // What was typed as HTML may read differently now.
    setDoc(null);
    setMode(next);
  }
  async function accept(accepted: Exclude<Offer, "none">) {
    const { mailHtml } = await reading();
    const next = mailHtml(accepted.doc);
    setDoc({ doc: accepted.doc, html: next });
    setOffer(null);
    setMode("blocks");
    onHtml(next);
  }

  return (
    <AskPictureProvider>
      <div className="space-y-2">
        <ModeSwitch mode={mode} onChange={choose} withText={text !== undefined} />
        {offer && (
          <OfferNote offer={offer} disabled={disabled} onAccept={accept} onLeave={() => setOffer(null)} />
        )}
        {mode === "blocks" && (!doc || unread) && <Skeleton className="h-96 w-full" />}
        {mode === "blocks" && doc && !unread && (
          <Blocks key={keyOf(doc.doc)} doc={doc.doc} onChange={change} disabled={disabled} {...rest} />
        )}
        {mode === "html" && (
          <HtmlEditor value={html} onChange={onHtml} disabled={disabled} problems={problems} {...rest} />
        )}
        {mode === "text" && text && (
          <TextPart html={html} {...text} disabled={disabled} {...rest} label="Text part" />
        )}
      </div>
    </AskPictureProvider>
  );
}

const looksLikeBlocks = (html: string) => !html.trim() || html.includes('name="postroad-blocks"');

/** One key for each mail that was read: the editor begins anew with it, and not while it is written in. */
const keys = new WeakMap<JSONContent, number>();
let last = 0;
function keyOf(doc: JSONContent): number {
  const key = keys.get(doc) ?? ++last;
  keys.set(doc, key);
  return key;
}

type OfferProps = {
  offer: Offer;
  disabled: boolean;
  onAccept: (offer: Exclude<Offer, "none">) => Promise<void>;
  onLeave: () => void;
};

function OfferNote({ offer, disabled, onAccept, onLeave }: OfferProps) {
  if (offer === "none")
    return (
      <Callout kind="info" title="This stays HTML">
        It is a whole page with a head of its own, or was changed by hand in a way that blocks cannot say.
        Nothing has been changed.
      </Callout>
    );
  const all = offer.how === "all";
  return (
    <Callout
      kind="info"
      title={all ? "Turn this HTML into blocks?" : "Blocks cannot say all of this HTML"}
      action={
        <span className="flex gap-2">
          <Button size="sm" onClick={onLeave}>
            Stay with HTML
          </Button>
          <Button size="sm" variant="primary" disabled={disabled} onClick={() => void onAccept(offer)}>
            {all ? "Turn into blocks" : "Keep it in an HTML block"}
          </Button>
        </span>
      }
    >
      {all
        ? "Every word, link and picture stays. The look becomes that of blocks."
        : "It can be kept exactly as it is in one HTML block, with other blocks around it."}
    </Callout>
  );
}
