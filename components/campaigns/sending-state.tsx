import { Callout } from "#components/ui/callout";
import { DateTime } from "#components/ui/date-time";
import type { Live } from "./live-view.tsx";

type Props = { live: Live; timeZone: string; stale: boolean };

/** One line that answers the first question: is it sending, and if not, why not and when. */
export function SendingState({ live, timeZone, stale }: Props) {
  const { kind, title, text, at } = live.answer;
  return (
    <div role="status">
      {stale && (
        <Callout kind="warning" className="mb-3" title="These numbers are old">
          The server does not answer. This page tries again every few seconds.
        </Callout>
      )}
      <Callout kind={kind} className="mb-5" title={title}>
        {text}
        {/* The title of a forecast names the moment already. */}
        {at && at.getTime() !== live.forecast?.firstAt.getTime() && (
          <>
            {" "}
            Next try: <DateTime at={at} timeZone={timeZone} />.
          </>
        )}
        {live.endsAt && !live.completedAt && (
          <>
            {" "}
            It ends <DateTime at={live.endsAt} timeZone={timeZone} />.
          </>
        )}
        {live.completedAt && (
          <>
            {" "}
            Ended <DateTime at={live.completedAt} timeZone={timeZone} />.
          </>
        )}
      </Callout>
    </div>
  );
}
