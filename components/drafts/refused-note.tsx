import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import type { RouterOutputs } from "#server/router";

type Props = { refused: RouterOutputs["drafts"]["approve"]["refused"]; onClose: () => void };

/** Those of several that nothing was done about, and why. */
export function RefusedNote({ refused, onClose }: Props) {
  if (refused.length === 0) return null;
  return (
    <div role="alert" className="mb-4">
      <Callout
        kind="warning"
        title={
          refused.length === 1 ? "One email stays as it is" : `${refused.length} emails stay as they are`
        }
        action={
          <Button size="sm" onClick={onClose}>
            Dismiss
          </Button>
        }
      >
        <ul className="max-h-40 overflow-y-auto">
          {refused.map(({ id, email, reason }) => (
            <li key={id}>
              {email && <span className="font-medium">{email}: </span>}
              {reason}
            </li>
          ))}
        </ul>
      </Callout>
    </div>
  );
}
