"use client";
import { Tooltip as Primitive } from "radix-ui";
import type { ReactNode } from "react";

type Props = { content: ReactNode; side?: "top" | "right" | "bottom" | "left"; children: ReactNode };

/** A hint on hover and focus; the child must be focusable. Nothing that matters may live here only. */
export function Tooltip({ content, side = "top", children }: Props) {
  return (
    <Primitive.Provider delayDuration={300}>
      <Primitive.Root>
        <Primitive.Trigger asChild>{children}</Primitive.Trigger>
        <Primitive.Portal>
          <Primitive.Content
            side={side}
            sideOffset={6}
            className="z-50 flex max-w-64 items-center gap-2 rounded-md bg-primary px-2 py-1 text-xs text-on-primary shadow-menu data-[state=delayed-open]:animate-in data-[state=delayed-open]:fade-in"
          >
            {content}
          </Primitive.Content>
        </Primitive.Portal>
      </Primitive.Root>
    </Primitive.Provider>
  );
}
