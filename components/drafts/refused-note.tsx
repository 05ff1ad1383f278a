import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import type { RouterOutputs } from "#server/router";

type Props = { refused: RouterOutputs["drafts"]["approve"]["refused"]; onClose: () => void };

/** Nobody reads more of them, and a page with thousands is slow. */
const shownMax = 100;

/** Those of several that nothing was done about, and why. */
export function RefusedNote({ refused, onClose }: Props) {
  if (refused.length === 0) return null;
  return (
    <div role="alert" className="mb-4">
      <Callout
        kind="warning"
        title={
          refused.length === 1
            ? "One email stays as it is"
            : `${refused.length.toLocaleString("en")} emails stay as they are`
        }
        action={
          <Button size="sm" onClick={onClose}>
            Dismiss
          </Button>
        }
      >
        <ul className="max-h-40 overflow-y-auto">
          {refused.slice(0, shownMax).map(({ id, email, reason }) => (
            <li key={id}>
              {email && <span className="font-medium">{email}: </span>}
              {reason}
            </li>
          ))}
          {refused.length > shownMax && (
            <li>And {(refused.length - shownMax).toLocaleString("en")} more, which stand in the list.</li>
          )}
        </ul>
      </Callout>
    </div>
  );
}
