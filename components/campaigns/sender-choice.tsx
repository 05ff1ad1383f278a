import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";
import { TextLink } from "#components/ui/text-link";
import type { CampaignSettings } from "#server/campaigns/schema";
import type { RouterOutputs } from "#server/router";

export type Sender = RouterOutputs["campaigns"]["senders"][number];
export type Pool = RouterOutputs["pools"]["list"][number];
type Chosen = Pick<
  CampaignSettings,
  "emailAccountId" | "rotationPoolId" | "fromEmail" | "fromName" | "noLimits"
>;
type Props = {
  workspace: string;
  settings: CampaignSettings;
  senders: Sender[];
  pools: Pool[];
  error: string | undefined;
  onChange: (chosen: Partial<Chosen>) => void;
};

/** Whether nothing that the sender sends reaches real people. */
export function isSandbox(
  { emailAccountId, rotationPoolId }: Chosen,
  senders: Sender[],
  pools: Pool[],
): boolean {
  if (rotationPoolId !== null)
    return pools.find(({ id }) => id === rotationPoolId)?.members.every(({ sandbox }) => sandbox) ?? false;
  return senders.find(({ id }) => id === emailAccountId)?.sandbox ?? false;
}

/** The mailbox, or the pool of several, that sends a campaign. */
export function SenderChoice({ workspace, settings, senders, pools, error, onChange }: Props) {
  const sandbox = isSandbox(settings, senders, pools);
  const value = settings.rotationPoolId ? `pool:${settings.rotationPoolId}` : (settings.emailAccountId ?? "");
  function choose(next: string) {
    const pool = pools.find(({ id }) => next === `pool:${id}`);
    const sender = senders.find(({ id }) => next === id);
    const emailAccountId = pool?.members[0]?.mailboxId ?? sender?.id ?? null;
    onChange({
      emailAccountId,
      rotationPoolId: pool?.id ?? null,
      ...(sender && { fromEmail: sender.email, fromName: sender.displayName ?? settings.fromName }),
      ...(pool?.members[0] && { fromEmail: pool.members[0].email }),
      noLimits:
        settings.noLimits
        && isSandbox({ ...settings, emailAccountId, rotationPoolId: pool?.id ?? null }, senders, pools),
    });
  }
  return (
    <Field
      name="emailAccountId"
      label="Mailbox"
      error={error}
      hint={
        <>
          {sandbox && "The sandbox keeps every mail on this machine; nothing reaches real people. "}
          {settings.rotationPoolId
            && "Each person hears from one of its mailboxes, and from the same one throughout. "}
          <TextLink href={`/${workspace}/settings/mailboxes`}>Manage mailboxes</TextLink>
        </>
      }
    >
      {(control) => (
        <Select {...control} value={value} onChange={(event) => choose(event.target.value)}>
          <option value="">Choose a mailbox…</option>
          {senders.map((sender) => (
            <option key={sender.id} value={sender.id}>
              {sender.email}
              {sender.sandbox ? " (sandbox)" : ""}
              {sender.status === "active" ? "" : ` – ${sender.status.replaceAll("_", " ")}`}
            </option>
          ))}
          {pools.length > 0 && (
            <optgroup label="Pools">
              {pools.map(({ id, name, members }) => (
                <option key={id} value={`pool:${id}`}>
                  {name} ({members.length === 1 ? "1 mailbox" : `${members.length} mailboxes`})
                </option>
              ))}
            </optgroup>
          )}
        </Select>
      )}
    </Field>
  );
}
