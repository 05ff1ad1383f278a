"use client";
import { Popover as Primitive } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./cn.tsx";

export const Popover = Primitive.Root;
export const PopoverTrigger = Primitive.Trigger;

export function PopoverContent({ className, ...rest }: ComponentProps<typeof Primitive.Content>) {
  return (
    <Primitive.Portal>
      <Primitive.Content
        sideOffset={4}
        align="start"
        className={cn(
          "z-50 max-h-(--radix-popover-content-available-height) overflow-y-auto rounded-lg bg-raised shadow-menu outline-none",
          "data-[state=open]:animate-in data-[state=open]:duration-100 data-[state=open]:fade-in data-[state=open]:zoom-in-95",
          className,
        )}
        {...rest}
      />
    </Primitive.Portal>
  );
}
