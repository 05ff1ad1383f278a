"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "#components/trpc/client";
import { Checkbox } from "#components/ui/checkbox";
import { Spinner } from "#components/ui/spinner";

/** The campaigns that were chosen in a form with a `CampaignScope`; null: all. */
export function scopeOf(form: HTMLFormElement): string[] | null {
  const data = new FormData(form);
  return data.has("some") ? data.getAll("onlyFor").filter((id) => typeof id === "string") : null;
}

/** Whether days hold for every campaign, or for some. */
export function CampaignScope({ error }: { error?: string }) {
  const trpc = useTRPC();
  const [some, setSome] = useState(false);
  const { data: campaigns } = useQuery({ ...trpc.blackoutDates.campaigns.queryOptions(), enabled: some });
  return (
    <fieldset className="grid gap-2">
      <legend className="sr-only">For which campaigns</legend>
      <Checkbox
        name="some"
        label="For some campaigns only"
        hint={some ? undefined : "Else all of them keep these days, new ones too."}
        checked={some}
        onChange={(event) => setSome(event.target.checked)}
      />
      {some && !campaigns && <Spinner />}
      {some && campaigns && (
        <ul className="max-h-40 space-y-2 overflow-y-auto rounded-md border p-3">
          {campaigns.map(({ id, name }) => (
            <li key={id}>
              <Checkbox name="onlyFor" value={id} label={name} />
            </li>
          ))}
          {campaigns.length === 0 && <li className="text-muted">There is no campaign yet.</li>}
        </ul>
      )}
      {error && <p className="text-xs text-danger">{error}</p>}
    </fieldset>
  );
}
