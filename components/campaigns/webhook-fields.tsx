"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc/client";
import { CopyButton } from "#components/ui/copy-button";
import { Field } from "#components/ui/field";
import { RadioCards } from "#components/ui/radio-cards";
import type { Action } from "#server/campaigns/schema";

type Webhook = Extract<Action, { type: "webhook" }>;
type Props = { action: Webhook; onChange: (action: Webhook) => void; disabled: boolean };

/** Which address is called, and what becomes of those for whom that failed. */
export function WebhookFields({ action, onChange, disabled }: Props) {
  const trpc = useTRPC();
  // Not for those who may only look.
  const secret = useQuery(trpc.webhookCalls.signingSecret.queryOptions(undefined, { enabled: !disabled }));
  return (
    <div className="space-y-4">
      <Field
        name="url"
        type="url"
        label="Address"
        placeholder="https://example.com/hooks/postroad"
        autoComplete="off"
        maxLength={2000}
        defaultValue={action.url}
        error={isAddress(action.url) ? undefined : "Enter an address that begins with https://."}
        hint="Told of every contact who comes by, by a POST with the contact as JSON."
        onChange={({ target }) => onChange({ ...action, url: target.value.trim() })}
      />
      <RadioCards
        name="onError"
        legend="When it cannot be told of a contact, after three tries"
        value={action.onError}
        onChange={(onError) => onChange({ ...action, onError: onError as Webhook["onError"] })}
        options={[
          { value: "continue", label: "Go on all the same" },
          { value: "exit", label: "Leave the campaign" },
        ]}
      />
      <div className="text-xs text-muted">
        <p>
          Every call carries an <code>Idempotency-Key</code>, and is signed: <code>Postroad-Signature</code>{" "}
          holds the HMAC-SHA-256 of time and body with this workspace’s secret. A call whose answer never came
          is listed here and not made again.
        </p>
        {secret.error && (
          <p className="mt-1 text-danger">The secret could not be loaded. {secret.error.message}</p>
        )}
        {secret.data && (
          <p className="mt-2 flex items-center gap-2">
            <code className="min-w-0 truncate rounded-sm bg-sunken px-1.5 py-0.5">{`${secret.data.secret.slice(0, 12)}…`}</code>
            <CopyButton text={secret.data.secret} label="Copy the signing secret" />
          </p>
        )}
      </div>
    </div>
  );
}

const isAddress = (url: string) => url === "" || /^https?:\/\/[^/\s]+/.test(url);
