"use client";
import type { ReactNode } from "react";
import type { Problem } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Dialog, DialogContent, DialogFooter } from "#components/ui/dialog";
import { FormError } from "#components/ui/form-error";
import { SubmitButton } from "#components/ui/submit-button";
import { CampaignScope } from "./campaign-scope.tsx";

type Props = {
  /** What the button says, and the one that ends it. */
  label: string;
  icon: ReactNode;
  title: string;
  description: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  pending: boolean;
  problem: Problem | null;
  onSubmit: (form: HTMLFormElement) => void;
  /** The fields in front of the choice of campaigns. */
  children: ReactNode;
};

/** The button that opens the window in which days without sending are added, for all campaigns or for some. */
export function AddWindow(props: Props) {
  const { label, icon, title, description, open, onOpenChange, pending, problem, onSubmit, children } = props;
  return (
    <>
      <Button onClick={() => onOpenChange(true)}>
        {icon} {label}
      </Button>
      <Dialog open={open} onOpenChange={onOpenChange}>
        <DialogContent title={title} description={description} size="sm">
          <form
            noValidate
            className="space-y-4"
            onSubmit={(event) => {
              event.preventDefault();
              onSubmit(event.currentTarget);
            }}
          >
            {children}
            <CampaignScope error={problem?.fields.onlyFor} />
            <FormError>
              {problem && Object.keys(problem.fields).length === 0 ? problem.message : null}
            </FormError>
            <DialogFooter>
              <Button onClick={() => onOpenChange(false)}>Cancel</Button>
              <SubmitButton pending={pending}>{label}</SubmitButton>
            </DialogFooter>
          </form>
        </DialogContent>
      </Dialog>
    </>
  );
}
