import { Badge, type Tone } from "#components/ui/badge";
import { DateTime } from "#components/ui/date-time";
import { Section } from "#components/ui/section";
import type { Domain } from "./domain-state.tsx";

type List = Domain["blockLists"][number];
type Props = { lists: List[]; timeZone: string };

const states: Record<List["state"], [words: string, tone: Tone]> = {
  clear: ["Not listed", "success"],
  seen: ["Seen on it", "warning"],
  listed: ["Listed", "danger"],
  lapsed: ["Not known any more", "warning"],
  unknown: ["No answer", "neutral"],
};

/** What the block lists that the operator has chosen say of a domain; nothing where none is asked. */
export function BlockLists({ lists, timeZone }: Props) {
  if (lists.length === 0) return null;
  return (
    <Section
      title="Block lists"
      description="Receivers that ask these lists refuse mail of domains on them. They are asked every hour."
      flush
    >
      <ul className="divide-y">
        {lists.map((each) => (
          <Item key={each.list} each={each} timeZone={timeZone} />
        ))}
      </ul>
    </Section>
  );
}

function Item({ each, timeZone }: { each: List; timeZone: string }) {
  const { list, state, note, words, since, lastSeenAt, endedAt } = each;
  const [label, tone] = states[state];
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1 px-4 py-3 sm:px-5">
      <div className="min-w-0 flex-1 basis-60">
        <p className="font-medium wrap-anywhere">{list}</p>
        {since && (
          <p className="text-muted">
            Since <DateTime at={since} timeZone={timeZone} />.{" "}
            {state === "seen" && "It is asked again in ten minutes: only then it counts."}
          </p>
        )}
        {lastSeenAt && (
          <p className="text-muted">
            The domain was on it when it last answered, <DateTime at={lastSeenAt} timeZone={timeZone} />. That
            keeps no campaign back any more.
          </p>
        )}
        {(since ?? lastSeenAt) && words !== null && <p className="wrap-anywhere">It says: “{words}”</p>}
        {endedAt && (
          <p className="text-muted">
            The domain was on it until <DateTime at={endedAt} timeZone={timeZone} />.
          </p>
        )}
        {note && <p className="text-muted">{note}</p>}
      </div>
      <Badge tone={tone} dot>
        {label}
      </Badge>
    </li>
  );
}
