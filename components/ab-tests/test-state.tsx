import { DateTime } from "#components/ui/date-time";
import type { Test } from "./test-list.tsx";
import { durationWords, metricNames } from "./test-words.tsx";

const contacts = (count: number) => (count === 1 ? "1 contact" : `${count.toLocaleString("en")} contacts`);
const wait = (count: number) => `${contacts(count)} ${count === 1 ? "waits" : "wait"}`;

/** One or two sentences: what is going on, or how it went out. */
export function TestState({ test, timeZone }: { test: Test; timeZone: string }) {
  return (
    <p className="min-w-0">
      <Words test={test} timeZone={timeZone} />
    </p>
  );
}

function Words({ test, timeZone }: { test: Test; timeZone: string }) {
  const { status, startedAt, endsAt, taken, sampleSize, waiting, held, durationMinutes } = test;
  if (status === "running" || status === "extended") {
    const rest = waiting > 0 && <span className="text-muted"> {wait(waiting)} for the winner.</span>;
    const without = held > 0 && <Held count={held} all={endsAt === null && held === taken} />;
    if (startedAt === null)
      return <span className="text-muted">Begins when the first contacts reach this email.</span>;
    if (endsAt === null)
      return (
        <>
          The sample is on its way: {taken.toLocaleString("en")} of {contacts(sampleSize ?? taken)} have their
          variant. Decided {durationWords(durationMinutes)} after the last email.{without}
          {rest}
        </>
      );
    return (
      <>
        {status === "extended" && "Too close to call the first time. "}
        Decided by {metricNames[test.metric].toLowerCase()} <DateTime at={endsAt} timeZone={timeZone} />.
        {without}
        {rest}
      </>
    );
  }
  return (
    <>
      {outcomeWords(test)}{" "}
      <span className="text-muted">
        <DateTime at={test.decidedAt} timeZone={timeZone} />
        {test.decidedBy && ` by ${test.decidedBy}`}
        {waiting > 0 && `; ${contacts(waiting)} still to be let go`}
      </span>
    </>
  );
}

/** `all`: nobody else is in the sample, so that its time cannot begin. */
function Held({ count, all }: { count: number; all: boolean }) {
  return (
    <span className="text-warning">
      {" "}
      {contacts(count)} of the sample cannot be written to: snoozed, not to be disturbed, or lacking what the
      email says.{" "}
      {all
        ? "That is all of it, so the time of the test cannot begin: mend it, pick a winner, or stop the test."
        : "The test does not wait for them."}
    </span>
  );
}

function outcomeWords({ outcome, winner, metric }: Test): string {
  const name = `Variant ${winner ?? "A"}`;
  switch (outcome) {
    case "significant":
      return `${name} won by ${metricNames[metric].toLowerCase()}.`;
    case "fallback_control":
      return "Too close to call: variant A went to the others.";
    case "fallback_highest":
      return `Too close to call: variant ${winner ?? "A"}, which did best, went to the others.`;
    case "too_few":
      return "Too few were delivered to tell: variant A went to the others.";
    case "uneven":
      return "The variants did not arrive alike, so their numbers cannot be compared: variant A went to the others.";
    case "picked":
      return `${name} was picked by hand.`;
    case "stopped":
      return "Stopped: variant A went to the others.";
    case "campaign_ended":
      return "The campaign ended before it was decided.";
    case null:
      return "";
  }
}
