"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc/client";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";

/** A launched campaign that takes people in; its field is named `campaignId`. */
export function CampaignSelect({ error }: { error?: string | undefined }) {
  const trpc = useTRPC();
  const { data: campaigns } = useQuery(trpc.enrollments.openCampaigns.queryOptions());
  return (
    <Field
      name="campaignId"
      label="Campaign"
      error={error}
      hint={
        campaigns?.length === 0
          ? "No campaign runs at the moment: launch one first."
          : "They start at its first step. Exclusions and suppressions hold."
      }
    >
      {(control) => (
        <Select {...control} disabled={!campaigns || campaigns.length === 0}>
          {campaigns?.map(({ id, name, status }) => (
            <option key={id} value={id}>
              {name}
              {status === "paused" ? " (paused: they come in when it goes on)" : ""}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
