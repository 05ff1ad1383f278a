"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "#components/trpc/client";
import { Callout } from "#components/ui/callout";
import { Skeleton } from "#components/ui/skeleton";
import { useSettled } from "#components/ui/use-settled";
import type { SeenAs } from "#server/mail/schema";
import { CheckDelivery } from "./check-delivery.tsx";
import { CheckEverybody } from "./check-everybody.tsx";
import { MailFrame } from "./mail-frame.tsx";
import { SeenBy } from "./seen-by.tsx";
import type { Draft } from "./template-editor.tsx";
import { TestSend } from "./test-send.tsx";
import type { PreviewState } from "./use-template-preview.tsx";

type Props = {
  draft: Draft;
  preview: PreviewState;
  seen: SeenAs;
  onSeen: (seen: SeenAs) => void;
  editable: boolean;
};

/** The mail as anybody would get it, what of it would be empty for whom, and a way to get it into one's own inbox. */
export function TemplatePreview({ draft, preview, seen, onSeen, editable }: Props) {
  const trpc = useTRPC();
  const [words, setWords] = useState("");
  const people = useQuery(trpc.templates.previewContacts.queryOptions({ q: useSettled(words, 200) }));
  const { message, hints, failure, jsonError } = preview;
  const broken = Object.keys(preview.problems).length > 0;
  return (
    <section aria-label="Preview" className="min-w-0 space-y-3 lg:sticky lg:top-6 lg:self-start">
      <SeenBy
        people={people.data}
        onSearch={setWords}
        value={seen}
        onChange={onSeen}
        jsonError={jsonError && message ? `${jsonError} Below is how it looked before.` : jsonError}
      />
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
      {!message && !failure && !jsonError && !broken && <Skeleton className="h-96 w-full" />}
      {message && (
        <MailFrame
          title="The mail"
          message={message}
          stale={broken || failure !== null || jsonError !== undefined}
          head={
            <p className="truncate font-medium" title={message.subject}>
              {message.subject || <span className="text-muted">No subject yet</span>}
            </p>
          }
        />
      )}
      {hints.length > 0 && (
        <Callout kind="warning" title="Worth a look">
          <ul className="space-y-1.5">
            {hints.map((hint) => (
              <li key={hint}>{hint}</li>
            ))}
          </ul>
        </Callout>
      )}
      <CheckEverybody draft={draft} disabled={broken} />
      <CheckDelivery draft={draft} seen={seen} disabled={broken} />
      {editable && <TestSend draft={draft} seen={seen} />}
    </section>
  );
}
