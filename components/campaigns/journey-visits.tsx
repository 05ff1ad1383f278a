import { DateTime } from "#components/ui/date-time";
import { stepTypes } from "#server/campaigns/schema";
import type { Journey } from "./journey-view.tsx";
import { StepIcon } from "./step-icon.tsx";

type Visit = Journey["visits"][number];
type Message = NonNullable<Visit["message"]>;

/** Every visit of a step, pass by pass. */
export function JourneyVisits({ journey, timeZone }: { journey: Journey; timeZone: string }) {
  if (journey.visits.length === 0) return <p className="text-muted">They have not come to a step yet.</p>;
  const passes = [...new Set(journey.visits.map(({ pass }) => pass))];
  return (
    <>
      {passes.map((pass) => {
        const past = journey.passes.find((one) => one.pass === pass);
        return (
          <section key={pass} aria-label={`Pass ${pass}`} className="[&+&]:mt-6">
            {passes.length > 1 && (
              <h3 className="mb-2 text-xs font-medium text-muted">
                Pass {pass}
                {past && `: ${past.why ?? past.status}`}
              </h3>
            )}
            <ol className="space-y-4">
              {journey.visits
                .filter((visit) => visit.pass === pass)
                .map((visit) => (
                  <VisitLine key={`${visit.stepId}:${visit.visit}`} visit={visit} timeZone={timeZone} />
                ))}
            </ol>
          </section>
        );
      })}
      {journey.more && (
        <p className="mt-4 text-xs text-muted">They came by more steps before; these are the latest.</p>
      )}
    </>
  );
}

function VisitLine({ visit, timeZone }: { visit: Visit; timeZone: string }) {
  const type = stepTypes.find((each) => each === visit.type) ?? "action";
  return (
    <li className="flex gap-3">
      <StepIcon type={type} />
      <div className="min-w-0 flex-1">
        <p className="flex items-baseline gap-1.5">
          {visit.number !== null && <span className="text-xs text-faint tabular-nums">{visit.number}</span>}
          <span className="min-w-0 truncate font-medium">{visit.title}</span>
        </p>
        <p>{visit.words}</p>
        {visit.message && <MessageLine message={visit.message} timeZone={timeZone} />}
        <p className="text-xs text-muted">
          <DateTime at={visit.enteredAt} timeZone={timeZone} />
          {visit.leftAt && visit.leftAt.getTime() !== visit.enteredAt.getTime() && (
            <>
              {" to "}
              <DateTime at={visit.leftAt} timeZone={timeZone} />
            </>
          )}
          {visit.visit > 1 && ` · visit ${visit.visit}`}
          {visit.version !== null && visit.version > 1 && ` · version ${visit.version} of the step`}
          {visit.number === null && " · the step was deleted since"}
        </p>
      </div>
    </li>
  );
}

const did: [key: keyof Message, words: string][] = [
  ["sentAt", "Sent"],
  ["openedAt", "Opened"],
  ["clickedAt", "Clicked"],
  ["repliedAt", "Replied"],
  ["bouncedAt", "Came back"],
  ["unsubscribedAt", "Unsubscribed"],
];

function MessageLine({ message, timeZone }: { message: Message; timeZone: string }) {
  const facts = did.flatMap(([key, words]) => {
    const at = message[key];
    return at instanceof Date ? [{ words, at }] : [];
  });
  return (
    <div className="my-1.5 rounded-md border bg-sunken px-3 py-2 text-xs">
      <p className="truncate font-medium">{message.subject ?? "No subject yet"}</p>
      <p className="text-muted">From {message.from}</p>
      {facts.length === 0 && (
        <p className="text-muted">
          {message.status.charAt(0).toUpperCase() + message.status.slice(1)}
          {message.scheduledFor && (
            <>
              {" for "}
              <DateTime at={message.scheduledFor} timeZone={timeZone} />
            </>
          )}
        </p>
      )}
      <ul className="mt-1 space-y-0.5 empty:hidden">
        {facts.map(({ words, at }) => (
          <li key={words} className="flex justify-between gap-3">
            <span>{words}</span>
            <DateTime at={at} timeZone={timeZone} className="text-muted" />
          </li>
        ))}
      </ul>
      {message.error && <p className="mt-1 break-words text-danger">{message.error}</p>}
    </div>
  );
}
