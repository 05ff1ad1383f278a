"use client";
import { useState, type ReactNode } from "react";
import { Button } from "#components/ui/button";
import { Dialog, DialogContent, DialogFooter, DialogTrigger } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { formValues } from "#components/ui/form-values";
import type { DraftDecisions, Seen } from "./use-draft-decisions.tsx";

type Props = { rows: readonly Seen[]; decisions: DraftDecisions; timeZone: string; trigger: ReactNode };

/** Approves for a time to come. */
export function ScheduleDialog({ rows, decisions, timeZone, trigger }: Props) {
  const [open, setOpen] = useState(false);
  const [missing, setMissing] = useState(false);
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        setMissing(false);
        setOpen(next);
      }}
    >
      <DialogTrigger asChild>{trigger}</DialogTrigger>
      <DialogContent
        title="Approve for later"
        description={`${rows.length === 1 ? "It leaves" : `${rows.length} emails leave`} not before this time, and within the campaign’s hours and limits.`}
        size="sm"
      >
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            const { at } = formValues(event.currentTarget, "at");
            if (!at) return setMissing(true);
            decisions.approve(rows, at);
            setOpen(false);
          }}
        >
          <Field
            name="at"
            type="datetime-local"
            label="Send at"
            aside={timeZone}
            error={missing ? "Choose a date and a time." : undefined}
          />
          <DialogFooter>
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Button type="submit" variant="primary" pending={decisions.pending}>
              Approve
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
