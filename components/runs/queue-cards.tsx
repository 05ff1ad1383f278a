import { Callout } from "#components/ui/callout";
import { Stat } from "#components/ui/stat";
import type { RouterOutputs } from "#server/router";
import { duration } from "./run-words.tsx";

type Props = { overview: RouterOutputs["runs"]["overview"] };

/** Work that is due and not taken for longer than this is behind. */
const lateMs = 60_000;

/** How much waits and how late it is, over all queues. */
export function QueueCards({ overview: { queues, workers, problems } }: Props) {
  const sum = (of: (queue: Props["overview"]["queues"][number]) => number) =>
    queues.reduce((total, queue) => total + of(queue), 0).toLocaleString("en");
  const lag = Math.max(0, ...queues.map(({ oldestDueMs }) => oldestDueMs ?? 0));
  const live = workers.filter((worker) => worker.live).length;
  return (
    <>
      {problems.length > 0 && (
        <Callout kind="danger" className="mb-5" title="The engine cannot do its work">
          {problems.map((problem) => (
            <p key={problem}>{problem}</p>
          ))}
        </Callout>
      )}
      <dl className="mb-5 grid grid-cols-2 gap-3 lg:grid-cols-5">
        <Stat label="Due now" value={sum(({ due }) => due)} note="waiting for a worker" />
        <Stat
          label="Lag"
          value={duration(lag)}
          note={lag > lateMs ? "the oldest is late: add workers" : "of the oldest that is due"}
        />
        <Stat label="In hand" value={sum(({ running }) => running)} note="being answered" />
        <Stat label="Later" value={sum(({ waiting }) => waiting)} note="asleep or waiting" />
        <Stat
          label="Workers"
          value={live.toLocaleString("en")}
          note={workers.length > live ? `${workers.length - live} silent` : "alive"}
        />
      </dl>
    </>
  );
}
