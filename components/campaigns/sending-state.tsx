import { Callout } from "#components/ui/callout";
import { DateTime } from "#components/ui/date-time";
import type { Live } from "./live-view.tsx";

type Props = { live: Live; timeZone: string; stale: boolean };

/** One line that answers the first question: is it sending, and if not, why not and when. */
export function SendingState({ live, timeZone, stale }: Props) {
  const { kind, title, text } = stateOf(live);
  return (
    <div role="status">
      {stale && (
        <Callout kind="warning" className="mb-3" title="These numbers are old">
          The server does not answer. This page tries again every few seconds.
        </Callout>
      )}
      <Callout kind={kind} className="mb-5" title={title}>
        {text}
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

type State = { kind: "info" | "success" | "warning"; title: string; text: string | null };

function stateOf(live: Live): State {
  const { forecast, status } = live;
  if (status === "completed" && live.goesOn)
    return { kind: "success", title: "Completed: it takes nobody in any more.", text: null };
  if (status === "completed")
    return { kind: "success", title: "Completed: everybody has come to an end of the campaign.", text: null };
  if (status === "paused")
    return { kind: "warning", title: "Paused: nothing is sent.", text: live.pauseReason };
  if (live.why) return { kind: "warning", title: "Running, but nothing can be sent", text: live.why };
  if (!live.frozen)
    return {
      kind: "info",
      title: "Enrolling the audience…",
      text: `${live.people.toLocaleString("en")} people so far.`,
    };
  if (!forecast) {
    const next = live.nextAtText ? `The next step falls due ${live.nextAtText}.` : null;
    const title = live.goesOn
      ? "Running, and open to whoever comes. No email is due at this moment."
      : "Running. No email is due at this moment.";
    return { kind: "info", title, text: next };
  }
  const emails = forecast.count === 1 ? "1 email" : `${forecast.count.toLocaleString("en")} emails`;
  const pace = forecast.perDay === null ? "" : `, up to ${forecast.perDay.toLocaleString("en")} a day`;
  const days = forecast.days > 1 ? `, needs ${forecast.days} days` : "";
  const last = forecast.finishesAtText ? `, the last one ${forecast.finishesAtText}` : "";
  return {
    kind: "info",
    title: `Next email: ${forecast.firstAtText}${forecast.mailbox ? ` from ${forecast.mailbox}` : ""}`,
    text: `${forecast.holdText ? `${forecast.holdText} ` : ""}${emails} due${pace}${days}${last} (${live.zone}).`,
  };
}
