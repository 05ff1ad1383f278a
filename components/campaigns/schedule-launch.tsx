"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState, type ReactNode } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Dialog, DialogContent, DialogFooter, DialogTrigger } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { SubmitButton } from "#components/ui/submit-button";
import type { Repeat } from "#server/occurrences/schema";
import type { Review } from "./launch-review.tsx";
import { RepeatFields } from "./repeat-fields.tsx";
import type { Campaign } from "./use-campaign-edits.tsx";
import { useWarningsSeen } from "./warnings-seen.tsx";

type Props = {
  campaign: Pick<Campaign, "id" | "version" | "settings" | "type" | "series">;
  review: Pick<Review, "problems">;
  /** On the wall clock of the campaign's zone: `2026-11-24T09:00`. */
  suggested: string;
  /** The button that opens it. */
  trigger: ReactNode;
};

/** What is left of a series, for who changes its time or schedules it again. */
function stillToRepeat(series: Campaign["series"]): Repeat | null {
  if (!series) return null;
  const { repeat, passed } = series;
  if (repeat.ends.kind !== "after") return repeat;
  return { ...repeat, ends: { kind: "after", times: Math.max(1, repeat.ends.times - passed) } };
}

/** Asks when the campaign is to be launched, and whether again. */
export function ScheduleLaunch({ campaign, review, suggested, trigger }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(suggested);
  const [repeat, setRepeat] = useState(() => stillToRepeat(campaign.series));
  const { ready, acknowledged, list, onRefused } = useWarningsSeen(review);
  const schedule = useMutation(
    trpc.campaigns.schedule.mutationOptions({
      onError: onRefused,
      onSuccess: async () => {
        setOpen(false);
        toast.success("Scheduled.");
        router.refresh();
        // The forecast is of another day now.
        await queries.invalidateQueries({ queryKey: trpc.campaigns.review.pathKey() });
      },
    }),
  );
  const problem = asProblem(schedule.error);
  const shown = Object.keys(problem?.fields ?? {}).some((name) => name === "at" || name.startsWith("repeat"));
  const { timezone, sendWindowStart, sendWindowEnd, noLimits } = campaign.settings;
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        schedule.reset();
        setAt(suggested);
        setRepeat(stillToRepeat(campaign.series));
        setOpen(next);
      }}
    >
      <DialogTrigger asChild>{trigger}</DialogTrigger>
      <DialogContent
        title="Schedule the launch"
        description={
          repeat
            ? "Each time becomes a campaign of its own, with the audience as it is at that moment, and everything is checked once more."
            : "The audience is taken as it is at that moment, and everything is checked once more."
        }
        size={repeat ? "md" : "sm"}
      >
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            schedule.mutate({ id: campaign.id, version: campaign.version, at, repeat, acknowledged });
          }}
        >
          <Field
            name="at"
            type="datetime-local"
            label="Launch at"
            value={at}
            onChange={({ target }) => setAt(target.value)}
            required
            aside={timezone}
            error={problem?.fields.at}
            hint={
              noLimits || sendWindowStart === sendWindowEnd
                ? null
                : `Emails leave between ${sendWindowStart} and ${sendWindowEnd}.`
            }
          />
          {campaign.type !== "triggered" && (
            <RepeatFields
              campaignId={campaign.id}
              at={at}
              value={repeat}
              problem={problem}
              onChange={(next) => {
                // What was wrong may be right now.
                if (schedule.error) schedule.reset();
                setRepeat(next);
              }}
            />
          )}
          {list && <div className="mt-4">{list}</div>}
          <FormError>{problem && !shown ? problem.message : null}</FormError>
          <DialogFooter>
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <SubmitButton pending={schedule.isPending} disabled={!ready}>
              Schedule
            </SubmitButton>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
