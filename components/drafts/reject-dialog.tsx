"use client";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog, DialogContent, DialogFooter } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";
import { Textarea } from "#components/ui/textarea";
import type { DraftDecisions, Seen } from "./use-draft-decisions.tsx";

type Props = {
  rows: readonly (Seen & { email: string })[];
  decisions: DraftDecisions;
  onClose: () => void;
};

/** Asks why, and what becomes of the contact. */
export function RejectDialog({ rows, decisions, onClose }: Props) {
  const [reason, setReason] = useState("");
  const [otherwise, setOtherwise] = useState("");
  const [missing, setMissing] = useState(false);
  const [first] = rows;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title={
          rows.length === 1 ? `Reject the email to ${first?.email ?? ""}?` : `Reject ${rows.length} emails?`
        }
        description="It is not sent. The reason is kept with it."
      >
        <form
          noValidate
          className="space-y-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (reason.trim() === "") return setMissing(true);
            decisions.reject(rows, {
              reason,
              otherwise: otherwise === "skip" || otherwise === "exit" ? otherwise : null,
            });
            onClose();
          }}
        >
          <Field
            name="reason"
            label="Why"
            error={missing && reason.trim() === "" ? "Say why: whoever wrote it reads this." : undefined}
          >
            {(control) => (
              <Textarea
                {...control}
                rows={3}
                maxLength={500}
                autoFocus
                value={reason}
                onChange={({ target }) => setReason(target.value)}
              />
            )}
          </Field>
          <Field name="otherwise" label="The contact">
            {(control) => (
              <Select {...control} value={otherwise} onChange={({ target }) => setOtherwise(target.value)}>
                <option value="">does what the step says</option>
                <option value="skip">goes on without this email</option>
                <option value="exit">leaves the campaign</option>
              </Select>
            )}
          </Field>
          <DialogFooter>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" variant="danger" pending={decisions.pending}>
              Reject
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
