import Link from "next/link";
import { cn } from "#components/ui/cn";

type Props = {
  value: number;
  /** The list of the very rows that are counted. */
  href: string;
  /** What is counted, for those who do not see the column: “opened in step 2”. */
  label: string;
  /** In place of the number: the share that it is. */
  shown?: string;
  className?: string;
};

/** A number that leads to what it counts; zero leads nowhere. */
export function NumberLink({ value, href, label, shown, className }: Props) {
  const text = value.toLocaleString("en");
  if (value === 0) return <span className={cn("text-faint", className)}>{text}</span>;
  return (
    <Link
      href={href}
      prefetch={false}
      aria-label={`${text} ${label}: show them`}
      className={cn(
        "underline decoration-line-strong decoration-dotted underline-offset-4 hover:text-accent hover:decoration-accent",
        className,
      )}
    >
      {shown ?? text}
    </Link>
  );
}
