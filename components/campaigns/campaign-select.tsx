"use client";
import { useQuery } from "@tanstack/react-query";
import { NameSelect } from "#components/segments/name-select";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Field } from "#components/ui/field";

/** A launched campaign that takes people in; its field is named `campaignId`. */
export function CampaignSelect({ error }: { error?: string | undefined }) {
  const trpc = useTRPC();
  const { data: campaigns, error: failure } = useQuery(trpc.enrollments.openCampaigns.queryOptions());
  return (
    <Field
      name="campaignId"
      label="Campaign"
      error={error ?? asProblem(failure)?.message}
      hint={
        campaigns?.length === 0
          ? "No campaign runs at the moment: launch one first."
          : "They start at its first step. Exclusions and suppressions hold."
      }
    >
      {(control) => (
        <NameSelect
          {...control}
          kind="open_campaign"
          held={campaigns?.map(({ id, name, status }) => ({
            value: id,
            label: name,
            ...(status === "paused" && { hint: status }),
          }))}
          words={({ label, hint }) => (hint ? `${label} (paused: they come in when it goes on)` : label)}
          disabled={!campaigns || campaigns.length === 0}
        />
      )}
    </Field>
  );
}
