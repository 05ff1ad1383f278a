"use client";
import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { cn } from "./cn.tsx";
import { useFocusBack } from "./focus-back.tsx";

export const Sheet = Primitive.Root;
export const SheetTrigger = Primitive.Trigger;
export const SheetClose = Primitive.Close;

const sides = {
  right: "right-0 max-w-lg data-[state=open]:slide-in-from-right data-[state=closed]:slide-out-to-right",
  left: "left-0 max-w-72 data-[state=open]:slide-in-from-left data-[state=closed]:slide-out-to-left",
};

type Props = { title: ReactNode; hideTitle?: boolean; side?: keyof typeof sides; children: ReactNode };

/** A panel from the edge: details of a row, the menu on small screens. */
export function SheetContent({ title, hideTitle, side = "right", children }: Props) {
  const { mark, onCloseAutoFocus } = useFocusBack();
  return (
    <Primitive.Portal>
      <Primitive.Overlay className="fixed inset-0 z-40 bg-overlay data-[state=closed]:animate-out data-[state=closed]:fade-out data-[state=open]:animate-in data-[state=open]:fade-in" />
      <Primitive.Content
        onCloseAutoFocus={onCloseAutoFocus}
        aria-describedby={undefined}
        className={cn(
          "fixed inset-y-0 z-50 flex w-[calc(100%-2.5rem)] flex-col bg-raised shadow-menu outline-none",
          "duration-200 data-[state=closed]:animate-out data-[state=open]:animate-in",
          sides[side],
        )}
      >
        {mark}
        <header
          className={cn("flex items-center justify-between gap-4 border-b px-5 py-3", hideTitle && "sr-only")}
        >
          <Primitive.Title className="min-w-0 truncate text-lg font-semibold">{title}</Primitive.Title>
          <Primitive.Close asChild>
            <Button variant="ghost" size="icon-sm" aria-label="Close" className="-mr-1.5">
              <X />
            </Button>
          </Primitive.Close>
        </header>
        <div className={cn("flex-1 overflow-y-auto", !hideTitle && "px-5 py-4")}>{children}</div>
      </Primitive.Content>
    </Primitive.Portal>
  );
}
