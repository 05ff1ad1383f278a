"use client";
import { useQuery } from "@tanstack/react-query";
import { Monitor, Smartphone } from "lucide-react";
import { useState } from "react";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { cn } from "#components/ui/cn";
import { PanelTabs } from "#components/ui/panel-tabs";
import { Skeleton } from "#components/ui/skeleton";
import { SeenBy } from "./seen-by.tsx";
import type { Draft } from "./template-editor.tsx";
import { TestSend } from "./test-send.tsx";
import type { PreviewState } from "./use-template-preview.tsx";

type Props = {
  draft: Draft;
  preview: PreviewState;
  contactId: string | null;
  onContact: (id: string | null) => void;
  editable: boolean;
};

/** The mail as somebody would get it, at two widths, and as text. */
export function TemplatePreview({ draft, preview, contactId, onContact, editable }: Props) {
  const trpc = useTRPC();
  const people = useQuery(trpc.templates.previewContacts.queryOptions());
  const { message, hints, failure } = preview;
  const broken = Object.keys(preview.problems).length > 0;
  return (
    <section aria-label="Preview" className="min-w-0 space-y-3 lg:sticky lg:top-6 lg:self-start">
      <SeenBy people={people.data} value={contactId} onChange={onContact} />
      {failure && (
        <Callout kind="danger" title="This mail cannot be shown">
          {failure}
        </Callout>
      )}
      {broken && (
        <Callout kind="warning">
          The template has a mistake, named beside it. {message && "Below is how it looked before."}
        </Callout>
      )}
      {!message && !failure && !broken && <Skeleton className="h-96 w-full" />}
      {message && <Message message={message} stale={broken} />}
      {hints.length > 0 && (
        <Callout kind="warning" title="Worth a look">
          {hints.join(" ")}
        </Callout>
      )}
      {editable && <TestSend draft={draft} contactId={contactId} />}
    </section>
  );
}

function Message({ message, stale }: { message: NonNullable<PreviewState["message"]>; stale: boolean }) {
  const [narrow, setNarrow] = useState(false);
  return (
    <div className={cn("overflow-hidden rounded-lg border bg-surface", stale && "opacity-60")}>
      <div className="flex items-center gap-3 border-b bg-sunken px-3 py-2">
        <p className="min-w-0 flex-1 truncate font-medium" title={message.subject}>
          {message.subject || <span className="text-muted">No subject yet</span>}
        </p>
        <div role="group" aria-label="Width" className="flex gap-1">
          <Button
            size="icon-sm"
            variant="ghost"
            aria-label="As on a computer"
            aria-pressed={!narrow}
            className={cn(!narrow && "bg-selected text-ink")}
            onClick={() => setNarrow(false)}
          >
            <Monitor />
          </Button>
          <Button
            size="icon-sm"
            variant="ghost"
            aria-label="As on a phone"
            aria-pressed={narrow}
            className={cn(narrow && "bg-selected text-ink")}
            onClick={() => setNarrow(true)}
          >
            <Smartphone />
          </Button>
        </div>
      </div>
      <div className="p-3">
        <PanelTabs
          label="Parts of the mail"
          panels={[
            {
              value: "html",
              label: "HTML",
              content: (
                <iframe
                  title="The mail"
                  sandbox=""
                  srcDoc={message.html}
                  className={cn(
                    "mx-auto block h-112 w-full rounded-md border bg-white",
                    narrow && "max-w-[375px]",
                  )}
                />
              ),
            },
            {
              value: "text",
              label: "Text",
              content: (
                <pre tabIndex={0} className="max-h-112 overflow-auto text-xs whitespace-pre-wrap">
                  {message.text}
                </pre>
              ),
            },
          ]}
        />
      </div>
    </div>
  );
}
