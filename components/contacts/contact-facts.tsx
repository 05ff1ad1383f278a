import Link from "next/link";
import { DateTime } from "#components/ui/date-time";
import { DefinitionList } from "#components/ui/definition-list";
import { Section } from "#components/ui/section";
import { contactFields } from "#server/contacts/schema";
import { shownValue } from "#server/custom-fields/schema";
import type { RouterOutputs } from "#server/router";

type Props = {
  workspace: string;
  contact: RouterOutputs["contacts"]["byId"];
  customFields: RouterOutputs["customFields"]["list"];
  timeZone: string;
};

/** Fields, custom fields and lists of a contact; what is empty is left out. */
export function ContactFacts({ workspace, contact, customFields, timeZone }: Props) {
  const labels = new Map(customFields.map((field) => [field.name, field.label]));
  const standard = contactFields.flatMap(({ name, label }) =>
    contact[name] ? [{ key: name, term: label, value: contact[name] }] : [],
  );
  const custom = Object.entries(contact.custom).map(([name, value]) => ({
    key: `custom.${name}`,
    term: labels.get(name) ?? name,
    value: shownValue(value),
  }));
  return (
    <>
      <Section title="Details">
        <DefinitionList
          items={[
            ...standard,
            ...custom,
            { key: "stage", term: "Stage", value: contact.lifecycleStage.replaceAll("_", " ") },
            { key: "added", term: "Added", value: <DateTime at={contact.createdAt} timeZone={timeZone} /> },
            ...(contact.importId
              ? [
                  {
                    key: "from",
                    term: "From",
                    value: (
                      <Link
                        className="text-accent hover:underline"
                        href={`/${workspace}/imports/${contact.importId}`}
                      >
                        {contact.importName}
                      </Link>
                    ),
                  },
                ]
              : []),
            {
              key: "activity",
              term: "Last activity",
              value: <DateTime at={contact.lastActivityAt} timeZone={timeZone} empty="None yet" />,
            },
          ]}
        />
      </Section>
      <Section title="Lists">
        {contact.lists.length === 0 ? (
          <p className="text-muted">On no list.</p>
        ) : (
          <ul className="space-y-1">
            {contact.lists.map((list) => (
              <li key={list.id}>
                <Link href={`/${workspace}/lists/${list.id}`} className="text-accent hover:underline">
                  {list.name}
                </Link>
              </li>
            ))}
          </ul>
        )}
      </Section>
    </>
  );
}
