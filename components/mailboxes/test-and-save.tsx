import type { ComponentProps, ReactNode } from "react";
import { Button } from "#components/ui/button";
import { DialogFooter } from "#components/ui/dialog";
import { FormError } from "#components/ui/form-error";
import { SubmitButton } from "#components/ui/submit-button";
import { CheckList } from "./check-list.tsx";

type Props = {
  test: { isPending: boolean; data: ComponentProps<typeof CheckList>["checks"] };
  onTest: () => void;
  saving: boolean;
  error: string | null | undefined;
  /** More to do, before the two buttons. */
  children?: ReactNode;
};

/** The end of a form about a server: what came of trying it out, trying, and saving, which tries first. */
export function TestAndSave({ test, onTest, saving, error, children }: Props) {
  return (
    <>
      {(test.isPending || test.data) && (
        <div className="rounded-md border bg-sunken p-3">
          <CheckList checks={test.data} pending={test.isPending} />
        </div>
      )}
      <FormError>{error}</FormError>
      <DialogFooter>
        {children}
        <Button pending={test.isPending} onClick={onTest}>
          Test
        </Button>
        <SubmitButton pending={saving}>Test and save</SubmitButton>
      </DialogFooter>
    </>
  );
}
