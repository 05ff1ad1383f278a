import { cn } from "./cn.tsx";
import { CopyButton } from "./copy-button.tsx";

/** Text to copy as it is: a DNS record, a link, a command. Scrolls sideways instead of wrapping. */
export function CodeBlock({
  children,
  label = "Copy",
  className,
}: {
  children: string;
  label?: string;
  className?: string;
}) {
  return (
    <div className={cn("flex items-start rounded-md border bg-sunken", className)}>
      <pre tabIndex={0} className="min-w-0 flex-1 overflow-x-auto px-3 py-2 font-mono text-xs leading-5">
        {children}
      </pre>
      <CopyButton text={children} label={label} />
    </div>
  );
}
