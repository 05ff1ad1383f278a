import { Callout } from "#components/ui/callout";
import { DateTime } from "#components/ui/date-time";
import type { RouterOutputs } from "#server/router";

type Props = { hindrances: RouterOutputs["contacts"]["hindrances"]; timeZone: string };

/** Why this contact is not mailed; nothing when it may be. */
export function Hindrances({ hindrances, timeZone }: Props) {
  if (hindrances.length === 0) return null;
  return (
    <Callout kind="warning" title="No campaign mails this contact" className="mb-5">
      <ul>
        {hindrances.map(({ reason, since }) => (
          <li key={reason}>
            {reason}
            {since && (
              <span className="text-muted">
                {" "}
                Since <DateTime at={since} timeZone={timeZone} />.
              </span>
            )}
          </li>
        ))}
      </ul>
    </Callout>
  );
}
