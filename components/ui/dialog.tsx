"use client";
import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { cn } from "./cn.tsx";
import { useFocusBack } from "./focus-back.tsx";

export const Dialog = Primitive.Root;
export const DialogTrigger = Primitive.Trigger;
export const DialogClose = Primitive.Close;

type Props = {
  title: ReactNode;
  description?: ReactNode;
  size?: "sm" | "md" | "lg";
  children?: ReactNode;
};

const widths = { sm: "max-w-sm", md: "max-w-lg", lg: "max-w-3xl" };

/** A centred window; on small screens it rises from the bottom edge. Focus stays inside, Escape closes. */
export function DialogContent({ title, description, size = "md", children }: Props) {
  const { mark, onCloseAutoFocus } = useFocusBack();
  return (
    <Primitive.Portal>
      <Primitive.Overlay className="fixed inset-0 z-40 bg-overlay data-[state=closed]:animate-out data-[state=closed]:fade-out data-[state=open]:animate-in data-[state=open]:fade-in" />
      <Primitive.Content
        onCloseAutoFocus={onCloseAutoFocus}
        {...(description ? {} : { "aria-describedby": undefined })}
        className={cn(
          "fixed inset-x-0 bottom-0 z-50 mx-auto flex max-h-[90dvh] w-full flex-col rounded-t-xl bg-raised shadow-menu outline-none",
          "sm:top-[14vh] sm:bottom-auto sm:max-h-[76vh] sm:rounded-xl",
          "data-[state=open]:animate-in data-[state=open]:duration-150 data-[state=open]:fade-in data-[state=open]:slide-in-from-bottom-2",
          widths[size],
        )}
      >
        {mark}
        <header className="flex items-start justify-between gap-4 px-5 pt-4">
          <div className="min-w-0">
            <Primitive.Title className="text-lg font-semibold">{title}</Primitive.Title>
            {description && (
              <Primitive.Description className="mt-0.5 text-muted">{description}</Primitive.Description>
            )}
          </div>
          <Primitive.Close asChild>
            <Button variant="ghost" size="icon-sm" aria-label="Close" className="-mr-1.5">
              <X />
            </Button>
          </Primitive.Close>
        </header>
        <div className="overflow-y-auto px-5 pt-4 pb-5">{children}</div>
      </Primitive.Content>
    </Primitive.Portal>
  );
}

/** The buttons of a dialog, the primary one last. */
export function DialogFooter({ children }: { children: ReactNode }) {
  return <footer className="mt-5 flex flex-wrap justify-end gap-2">{children}</footer>;
}
