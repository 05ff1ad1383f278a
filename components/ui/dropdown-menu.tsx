"use client";
import { Check } from "lucide-react";
import { DropdownMenu as Primitive } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn.tsx";

export const DropdownMenu = Primitive.Root;
export const DropdownMenuTrigger = Primitive.Trigger;
export const DropdownMenuRadioGroup = Primitive.RadioGroup;

const item =
  "flex min-h-8 w-full cursor-default items-center gap-2 rounded-md px-2 py-1 text-sm outline-none select-none max-sm:min-h-10 "
  + "data-highlighted:bg-hover data-disabled:opacity-50 [&_svg]:size-3.5 [&_svg]:shrink-0 [&_svg]:text-muted";

export function DropdownMenuContent({ className, ...rest }: ComponentProps<typeof Primitive.Content>) {
  return (
    <Primitive.Portal>
      <Primitive.Content
        sideOffset={4}
        align="end"
        className={cn(
          "z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-44 overflow-y-auto rounded-lg bg-raised p-1 shadow-menu",
          "data-[state=open]:animate-in data-[state=open]:duration-100 data-[state=open]:fade-in data-[state=open]:zoom-in-95",
          className,
        )}
        {...rest}
      />
    </Primitive.Portal>
  );
}

type ItemProps = ComponentProps<typeof Primitive.Item> & { danger?: boolean };

/** With `asChild`, a link. `danger` for what destroys. */
export function DropdownMenuItem({ danger, className, ...rest }: ItemProps) {
  return (
    <Primitive.Item className={cn(item, danger && "text-danger [&_svg]:text-danger", className)} {...rest} />
  );
}

export function DropdownMenuRadioItem({ children, ...rest }: ComponentProps<typeof Primitive.RadioItem>) {
  return (
    <Primitive.RadioItem className={cn(item, "justify-between")} {...rest}>
      <span className="flex items-center gap-2">{children}</span>
      <Primitive.ItemIndicator>
        <Check />
      </Primitive.ItemIndicator>
    </Primitive.RadioItem>
  );
}

export function DropdownMenuLabel({ children }: { children: ReactNode }) {
  return (
    <Primitive.Label className="truncate px-2 pt-1.5 pb-1 text-xs text-muted">{children}</Primitive.Label>
  );
}

export function DropdownMenuSeparator() {
  return <Primitive.Separator className="-mx-1 my-1 h-px bg-line" />;
}
