import { Callout } from "./callout.tsx";
import { DateTime } from "./date-time.tsx";

type Props = { at: Date | null; timeZone: string; className?: string };

/** Nobody has taken a job up: why nothing moves, and when it is tried again. Nothing while somebody works on it. */
export function LateJob({ at, timeZone, className }: Props) {
  if (!at) return null;
  return (
    <Callout kind="warning" title="Nobody is working on this at the moment" className={className}>
      Other work of this installation comes first, or the part that does it is not running. It is tried again
      every minute, next <DateTime at={at} show="time" timeZone={timeZone} />, and goes on where it stands.
    </Callout>
  );
}
