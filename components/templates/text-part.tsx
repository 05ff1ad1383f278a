"use client";
import { useQuery } from "@tanstack/react-query";
import { useImperativeHandle, useRef, type Ref } from "react";
import { asProblem, useTRPCClient } from "#components/trpc/client";
import { Callout } from "#components/ui/callout";
import { Skeleton } from "#components/ui/skeleton";
import { Switch } from "#components/ui/switch";
import { Textarea } from "#components/ui/textarea";
import { useSettled } from "#components/ui/use-settled";
import type { TemplateProblem } from "#server/mail/schema";
import type { BodyHandle } from "./body-handle.tsx";

type Props = {
  html: string;
  value: string | null;
  onChange: (text: string | null) => void;
  problems: TemplateProblem[];
  disabled: boolean;
  label: string;
  onFocus?: () => void;
  handle?: Ref<BodyHandle>;
};

/** What mail programs without HTML show: made from the mail, or written by hand from there on. */
export function TextPart({ html, value, onChange, problems, disabled, label, onFocus, handle }: Props) {
  const client = useTRPCClient();
  const box = useRef<HTMLTextAreaElement>(null);
  const settled = useSettled(html, 350);
  const derived = useQuery({
    queryKey: ["text part", settled],
    queryFn: () => client.templates.textPart.mutate({ html: settled }),
    placeholderData: (before) => before,
    gcTime: 0,
    retry: false,
  });
  useImperativeHandle(handle, () => ({
    insert(text) {
      if (value === null || disabled) return;
      const from = box.current?.selectionStart ?? value.length;
      onChange(value.slice(0, from) + text + value.slice(box.current?.selectionEnd ?? from));
    },
    show: () => box.current?.focus(),
  }));
  const problem = asProblem(derived.error);
  return (
    <div className="space-y-3">
      <Switch
        label="Made from the mail"
        hint="Follows every change. Switch it off to write it yourself, from what it is now."
        checked={value === null}
        disabled={disabled || (value === null && derived.data === undefined)}
        onCheckedChange={(made) => onChange(made ? null : (derived.data?.text ?? ""))}
      />
      {problem && value === null && <Callout kind="warning">{problem.message}</Callout>}
      {value === null && !derived.data && !problem ? (
        <Skeleton className="h-96 w-full" />
      ) : (
        <Textarea
          ref={box}
          aria-label={label}
          aria-invalid={problems.length > 0 || undefined}
          rows={18}
          readOnly={value === null || disabled}
          className="font-mono text-xs leading-5"
          value={value ?? derived.data?.text ?? ""}
          onFocus={onFocus}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
      {problems.map(({ line, column, message }) => (
        <p key={`${line}:${column}`} className="text-xs text-danger">
          Line {line}, column {column}: {message}
        </p>
      ))}
    </div>
  );
}
