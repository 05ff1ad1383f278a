import Link from "next/link";
import { Section } from "#components/ui/section";
import type { RouterOutputs } from "#server/router";

type Props = { workspace: string; contact: RouterOutputs["contacts"]["byId"] };

/** The lists and segments a contact is in. */
export function ContactMemberships({ workspace, contact }: Props) {
  return (
    <>
      <Section title="Lists">
        <Places places={contact.lists} path={`/${workspace}/lists`} none="On no list." />
      </Section>
      <Section title="Segments" description="As they were last recalculated.">
        <Places places={contact.segments} path={`/${workspace}/segments`} none="In no segment." />
      </Section>
    </>
  );
}

function Places({
  places,
  path,
  none,
}: {
  places: { id: string; name: string }[];
  path: string;
  none: string;
}) {
  if (places.length === 0) return <p className="text-muted">{none}</p>;
  return (
    <ul className="space-y-1">
      {places.map(({ id, name }) => (
        <li key={id}>
          <Link href={`${path}/${id}`} className="text-accent hover:underline">
            {name}
          </Link>
        </li>
      ))}
    </ul>
  );
}
