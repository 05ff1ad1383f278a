"use client";
import { AlertDialog as Primitive } from "radix-ui";
import { useState, type FormEvent, type ReactNode } from "react";
import { Button } from "./button.tsx";
import { Field } from "./field.tsx";
import { useFocusBack } from "./focus-back.tsx";
import { FormError } from "./form-error.tsx";

type Props = {
  /** The button that opens it; must take a ref and props. Leave out when `open` is controlled. */
  trigger?: ReactNode;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  title: ReactNode;
  /** What happens, and whether it can be undone. */
  children: ReactNode;
  confirm: string;
  danger?: boolean;
  /** False while something in the dialog is still to be done: the button does not work. */
  ready?: boolean;
  /** Must be typed before the button works; for what cannot be undone. */
  typeToConfirm?: string;
  /** The dialog stays open while it runs, and shows the message of what it throws. */
  onConfirm: () => Promise<unknown>;
};

export function ConfirmDialog({
  trigger,
  open,
  onOpenChange,
  title,
  children,
  confirm,
  danger,
  ready = true,
  typeToConfirm,
  onConfirm,
}: Props) {
  const { mark, onCloseAutoFocus } = useFocusBack();
  const [ownOpen, setOwnOpen] = useState(false);
  const [pending, setPending] = useState(false);
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState<string | null>(null);

  function change(next: boolean) {
    setProblem(null);
    setTyped("");
    setOwnOpen(next);
    onOpenChange?.(next);
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    // A form that the dialog is written in hears of it too, wherever the dialog is shown.
    event.stopPropagation();
    setPending(true);
    setProblem(null);
    try {
      await onConfirm();
      change(false);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setPending(false);
    }
  }

  return (
    <Primitive.Root open={open ?? ownOpen} onOpenChange={change}>
      {trigger && <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>}
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 bg-overlay data-[state=open]:animate-in data-[state=open]:fade-in" />
        <Primitive.Content
          onCloseAutoFocus={onCloseAutoFocus}
          className="fixed inset-x-4 top-[20vh] z-50 mx-auto max-w-md rounded-xl bg-raised p-5 shadow-menu outline-none data-[state=open]:animate-in data-[state=open]:fade-in data-[state=open]:slide-in-from-bottom-2"
        >
          {mark}
          <form onSubmit={(event) => void submit(event)} className="space-y-4">
            <div>
              <Primitive.Title className="text-lg font-semibold">{title}</Primitive.Title>
              <Primitive.Description asChild>
                <div className="mt-1 text-muted">{children}</div>
              </Primitive.Description>
            </div>
            {typeToConfirm && (
              <Field
                name="typed"
                label={
                  <>
                    Type <strong className="font-semibold">{typeToConfirm}</strong> to go on
                  </>
                }
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
                autoComplete="off"
              />
            )}
            <FormError>{problem}</FormError>
            <div className="flex justify-end gap-2">
              <Primitive.Cancel asChild>
                <Button>Cancel</Button>
              </Primitive.Cancel>
              <Button
                type="submit"
                variant={danger ? "danger" : "primary"}
                pending={pending}
                disabled={!ready || (typeToConfirm !== undefined && typed !== typeToConfirm)}
              >
                {confirm}
              </Button>
            </div>
          </form>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
