"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Callout } from "#components/ui/callout";
import { Section } from "#components/ui/section";
import { Switch } from "#components/ui/switch";
import { TextLink } from "#components/ui/text-link";
import type { Audience } from "#server/campaigns/schema";
import type { RouterOutputs } from "#server/router";
import { AudiencePicker } from "./audience-picker.tsx";
import { ComingAgain, LeaveOut, LivingAudience } from "./audience-rules.tsx";
import { AudienceSize } from "./audience-size.tsx";
import { SaveProblem } from "./save-state.tsx";
import { TriggerEditor } from "./trigger-editor.tsx";
import { useCampaignEdits, type Campaign } from "./use-campaign-edits.tsx";

type Choice = RouterOutputs["campaigns"]["audienceChoices"][number];
type Props = { workspace: string; initial: Campaign; choices: Choice[]; canWrite: boolean };

/** Each change is saved at once: an audience is a handful of clicks, and its size answers every one of them. */
export function AudienceEditor({ workspace, initial, choices, canWrite }: Props) {
  const trpc = useTRPC();
  const edits = useCampaignEdits(initial);
  const { campaign } = edits;
  const triggered = campaign.type === "triggered";
  const [audience, setAudience] = useState(initial.audience);
  const door = { ...audience, everyone: audience.everyone || (triggered && audience.include.length === 0) };
  const count = useQuery(
    trpc.campaigns.countAudience.queryOptions({ audience: door }, { placeholderData: (before) => before }),
  );
  const disabled = !canWrite || campaign.status !== "draft" || campaign.archived;
  const set = (next: Audience) => {
    setAudience(next);
    void edits
      .change((edit) => edits.calls.updateAudience({ ...edit, audience: next }))
      .then((saved) => {
        if (!saved) setAudience(campaign.audience);
      });
  };
  const parts = { audience, disabled, onChange: set };
  const include = (
    <AudiencePicker
      name="Include"
      ids={audience.include}
      choices={choices}
      disabled={disabled}
      onChange={(ids) => set({ ...audience, include: ids })}
    />
  );
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <div>
        <SaveProblem edits={edits} afterLoading={() => location.reload()} />
        {triggered ? (
          <>
            <TriggerEditor workspace={workspace} edits={edits} choices={choices} disabled={disabled} />
            <Section
              title="Who may come in"
              description="Whomever a trigger brings, or only who is in one of these then. Whom you add by hand need not be."
            >
              {include}
            </Section>
          </>
        ) : (
          <>
            {choices.length === 0 && (
              <Callout kind="info" className="mb-5" title="No lists or segments yet">
                <TextLink href={`/${workspace}/imports/new`}>Import contacts</TextLink> into a list, or{" "}
                <TextLink href={`/${workspace}/segments/new`}>build a segment</TextLink>. Or send to
                everybody.
              </Callout>
            )}
            <Section title="Who gets it" description="Somebody in several of these gets each email once.">
              <Switch
                label="Everybody in this workspace"
                hint="Every contact who may be written to."
                checked={audience.everyone}
                disabled={disabled}
                onCheckedChange={(everyone) => set({ ...audience, everyone, autoEnroll: false })}
                className="mb-4"
              />
              {!audience.everyone && include}
            </Section>
          </>
        )}
        <Section
          title="Who doesn’t"
          description="Left out even when they are in one of the above, or added by hand."
        >
          <AudiencePicker
            name="Exclude"
            ids={audience.exclude}
            choices={choices}
            disabled={disabled}
            onChange={(exclude) => set({ ...audience, exclude })}
          />
          <LeaveOut {...parts} />
        </Section>
        {!triggered && <LivingAudience {...parts} workspace={workspace} />}
        <ComingAgain {...parts} />
      </div>
      <AudienceSize
        title={triggered ? "Could come in" : "Will be written to"}
        count={count.data}
        stale={count.isPlaceholderData}
        problem={asProblem(count.error)?.message}
      />
    </div>
  );
}
