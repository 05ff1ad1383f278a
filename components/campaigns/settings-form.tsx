"use client";
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { LeaveGuard } from "#components/ui/leave-guard";
import { Section } from "#components/ui/section";
import { settingsFields, type CampaignSettings } from "#server/campaigns/schema";
import { ReplySettings } from "./reply-settings.tsx";
import { SendLimits } from "./send-limits.tsx";
import { isSandbox, type Pool, type Sender, SenderChoice } from "./sender-choice.tsx";
import { TrackingSettings } from "./tracking-settings.tsx";
import type { Campaign } from "./use-campaign-edits.tsx";

type Props = {
  workspace: string;
  initial: Campaign;
  senders: Sender[];
  pools: Pool[];
  canWrite: boolean;
  /** Where the form is one of several pages: what comes once it is saved. */
  onDone?: () => void;
};
export type Set = <Key extends keyof CampaignSettings>(key: Key, value: CampaignSettings[Key]) => void;

export function SettingsForm({ workspace, initial, senders, pools, canWrite, onDone }: Props) {
  const trpc = useTRPC();
  const [campaign, setCampaign] = useState(initial);
  const [settings, setSettings] = useState<CampaignSettings>(initial.settings);
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const save = useMutation(
    trpc.campaigns.updateSettings.mutationOptions({
      onSuccess: (next) => {
        setCampaign(next);
        setSettings(next.settings);
        if (onDone) onDone();
        else toast.success("Settings saved.");
      },
    }),
  );
  const problem = asProblem(save.error);
  const errors = { ...wrong, ...problem?.fields };
  const error = (key: string) => errors[`settings.${key}`];
  const disabled = !canWrite || campaign.status !== "draft" || campaign.archived;
  const changed = JSON.stringify(settings) !== JSON.stringify(campaign.settings);
  const set: Set = (key, value) => setSettings((before) => ({ ...before, [key]: value }));

  function submit(event: FormEvent) {
    event.preventDefault();
    const parsed = settingsFields.safeParse({ ...settings, replyToEmail: settings.replyToEmail ?? "" });
    setWrong(
      Object.fromEntries(
        (parsed.error?.issues ?? []).map((issue) => [`settings.${issue.path.join(".")}`, issue.message]),
      ),
    );
    if (!parsed.success) return;
    if (onDone && !changed) onDone();
    else save.mutate({ id: campaign.id, version: campaign.version, settings: parsed.data });
  }

  return (
    <form onSubmit={submit} noValidate>
      <LeaveGuard unsaved={changed} />
      <fieldset disabled={disabled}>
        <Section title="Sender">
          <div className="grid gap-4 sm:grid-cols-2">
            <SenderChoice
              workspace={workspace}
              settings={settings}
              senders={senders}
              pools={pools}
              error={error("emailAccountId") ?? error("rotationPoolId")}
              onChange={(chosen) => setSettings((before) => ({ ...before, ...chosen }))}
            />
            <Field
              name="replyToEmail"
              label="Replies to"
              aside="Optional"
              type="email"
              value={settings.replyToEmail ?? ""}
              error={error("replyToEmail")}
              hint="The sender’s address if empty."
              onChange={(event) => set("replyToEmail", event.target.value)}
            />
            <Field
              name="fromName"
              label="Sender’s name"
              value={settings.fromName}
              error={error("fromName")}
              onChange={(event) => set("fromName", event.target.value)}
            />
            {settings.rotationPoolId === null && (
              <Field
                name="fromEmail"
                label="Sender’s address"
                type="email"
                value={settings.fromEmail}
                error={error("fromEmail")}
                onChange={(event) => set("fromEmail", event.target.value)}
              />
            )}
          </div>
        </Section>
        <Section
          title="When and how fast"
          description="The smallest limit always wins: those of the mailbox, its domain and the workspace hold too."
        >
          <SendLimits
            settings={settings}
            set={set}
            error={error}
            sandbox={isSandbox(settings, senders, pools)}
          />
        </Section>
        <TrackingSettings settings={settings} set={set} error={error} disabled={disabled} />
        <ReplySettings settings={settings} set={set} disabled={disabled} />
      </fieldset>
      <FormError>
        {Object.keys(errors).length > 0
          ? (problem?.message ?? "Some settings need another look.")
          : problem?.message}
      </FormError>
      {!disabled && (
        <div className="sticky bottom-0 mt-3 flex items-center justify-end gap-3 border-t bg-canvas py-3">
          <p role="status" className="text-xs text-muted">
            {changed ? "Not saved yet" : "Saved"}
          </p>
          <Button type="submit" variant="primary" pending={save.isPending} disabled={!changed && !onDone}>
            {onDone ? "Save and go on" : "Save settings"}
          </Button>
        </div>
      )}
    </form>
  );
}
