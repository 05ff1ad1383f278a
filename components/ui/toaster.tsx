"use client";
import { Toaster as Sonner } from "sonner";

/** Mounted once by the root layout; anywhere else: `import { toast } from "sonner"`. */
export function Toaster() {
  return (
    <Sonner
      position="bottom-right"
      theme="system"
      closeButton
      toastOptions={{
        unstyled: true,
        classNames: {
          toast:
            "group flex w-full items-start gap-2.5 rounded-lg bg-raised text-ink p-3 pr-9 text-sm shadow-menu font-sans sm:w-[22rem]",
          icon: "mt-0.5 shrink-0 [&_svg]:size-4",
          content: "min-w-0",
          title: "font-medium",
          description: "text-muted",
          success: "[&_[data-icon]]:text-success",
          error: "[&_[data-icon]]:text-danger",
          warning: "[&_[data-icon]]:text-warning",
          info: "[&_[data-icon]]:text-info",
          actionButton:
            "ml-auto shrink-0 rounded-md px-2 py-0.5 text-xs font-medium text-accent hover:bg-hover",
          closeButton:
            "absolute top-2.5 right-2.5 flex size-5 items-center justify-center rounded-sm text-muted hover:bg-hover hover:text-ink [&_svg]:size-3.5",
        },
      }}
    />
  );
}
