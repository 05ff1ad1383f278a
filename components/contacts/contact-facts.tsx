import Link from "next/link";
import type { ReactNode } from "react";
import { DateTime } from "#components/ui/date-time";
import { DefinitionList } from "#components/ui/definition-list";
import { Section } from "#components/ui/section";
import { contactFields } from "#server/contacts/schema";
import { type CustomField, shownValue } from "#server/custom-fields/schema";
import type { RouterOutputs } from "#server/router";
import { words } from "./columns.tsx";
import { EditableField } from "./editable-field.tsx";
import { OwnerChoice } from "./owner-choice.tsx";

type Fact = { name: string; label: string; value: string; shape?: CustomField };
type Item = { key: string; term: string; value: ReactNode };
type Props = {
  workspace: string;
  contact: RouterOutputs["contacts"]["byId"];
  customFields: RouterOutputs["customFields"]["list"];
  editable: boolean;
  timeZone: string;
};

/** Fields of a contact, edited where they stand; who may only read sees those that hold something. */
export function ContactFacts({ workspace, contact, customFields, editable, timeZone }: Props) {
  const fields: Fact[] = [
    ...contactFields.map(({ name, label }) => ({
      name,
      label,
      value: contact[name] ?? "",
    })),
    { name: "stage", label: "Stage", value: contact.lifecycleStage },
    ...customFields
      .filter((field) => !field.archivedAt || field.name in contact.custom)
      .map((field) => ({
        name: `custom.${field.name}`,
        label: field.label,
        value: shownValue(contact.custom[field.name]),
        shape: field,
      })),
  ];
  const items = fields.flatMap(({ name, label, value, shape }): Item[] => {
    const told = name === "timezone" && contact.zone && contact.zone.by !== "contact" && (
      <span className="block text-xs text-muted">
        Written to on the clock of {contact.zone.zone}, from the {contact.zone.by}
      </span>
    );
    if (!editable && told) return [{ key: name, term: label, value: told }];
    if (!editable)
      return value ? [{ key: name, term: label, value: name === "stage" ? words(value) : value }] : [];
    const field = (
      <EditableField
        key={value}
        contactId={contact.id}
        name={name}
        label={label}
        value={value}
        {...(shape && { shape })}
      />
    );
    return [
      {
        key: name,
        term: label,
        value: (
          <>
            {field}
            {told}
          </>
        ),
      },
    ];
  });
  const owner = editable ? <OwnerChoice contact={contact} /> : contact.owner;
  const history: Item[] = [
    ...(owner ? [{ key: "owner", term: "Owner", value: owner }] : []),
    { key: "score", term: "Score", value: `${contact.leadScore} of 100` },
    { key: "added", term: "Added", value: <DateTime at={contact.createdAt} timeZone={timeZone} /> },
    ...(contact.importId
      ? [
          {
            key: "from",
            term: "First import",
            value: <Import workspace={workspace} id={contact.importId} name={contact.importName} />,
          },
        ]
      : []),
    ...(contact.lastImport
      ? [
          {
            key: "last-import",
            term: "Last import",
            value: <Import workspace={workspace} {...contact.lastImport} />,
          },
        ]
      : []),
    {
      key: "activity",
      term: "Last activity",
      value: <DateTime at={contact.lastActivityAt} timeZone={timeZone} empty="None yet" />,
    },
  ];
  return (
    <Section title="Details">
      <DefinitionList items={[...items, ...history]} />
    </Section>
  );
}

function Import({ workspace, id, name }: { workspace: string; id: string; name: string | null }) {
  return (
    <Link
      className="wrap-anywhere text-accent underline underline-offset-2"
      href={`/${workspace}/imports/${id}`}
    >
      {name}
    </Link>
  );
}
