import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { cn } from "./cn.tsx";
import { Spinner } from "./spinner.tsx";

/** The look of buttons and of links that act like one. */
export const buttonLook = cva(
  [
    "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap select-none",
    "transition-colors duration-100 disabled:cursor-not-allowed disabled:opacity-55",
    "[&_svg]:size-3.5 [&_svg]:shrink-0",
  ],
  {
    variants: {
      variant: {
        primary: "bg-primary text-on-primary hover:bg-primary-hover",
        secondary: "border border-line-strong bg-surface text-ink shadow-card hover:bg-hover",
        ghost: "text-muted hover:bg-hover hover:text-ink",
        danger: "bg-danger-solid text-white hover:brightness-110",
        "danger-quiet": "text-danger hover:bg-danger-soft",
      },
      size: {
        sm: "h-7 px-2.5 text-xs",
        md: "h-8 px-3 text-sm max-sm:h-10 max-sm:px-4",
        lg: "h-10 px-4 text-base",
        icon: "size-8 max-sm:size-10",
        "icon-sm": "size-7 max-sm:size-9",
      },
    },
    defaultVariants: { variant: "secondary", size: "md" },
  },
);

export type ButtonLook = VariantProps<typeof buttonLook>;

type Props = ComponentProps<"button"> & ButtonLook & { pending?: boolean };

/** `pending` disables it and turns a spinner; an icon-only button needs `aria-label`. */
export function Button({
  variant,
  size,
  pending,
  className,
  disabled,
  children,
  type = "button",
  ...rest
}: Props) {
  return (
    <button
      type={type}
      className={cn(buttonLook({ variant, size }), className)}
      disabled={disabled || pending}
      aria-busy={pending || undefined}
      {...rest}
    >
      {pending && <Spinner />}
      {children}
    </button>
  );
}
