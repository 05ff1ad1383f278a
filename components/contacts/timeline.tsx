import {
  CircleDot,
  FileUp,
  List,
  type LucideIcon,
  Mail,
  MailX,
  MousePointerClick,
  Pencil,
  Plus,
  Tag,
} from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { DateTime } from "#components/ui/date-time";
import { Section } from "#components/ui/section";
import type { RouterOutputs } from "#server/router";

type Entry = RouterOutputs["contacts"]["timeline"][number];
type Props = { workspace: string; entries: Entry[]; timeZone: string };

/** Everything that happened to a contact, the newest first. */
export function Timeline({ workspace, entries, timeZone }: Props) {
  return (
    <Section title="Timeline">
      {entries.length === 0 && <p className="text-muted">Nothing has happened yet.</p>}
      <ol className="space-y-4">
        {entries.map((entry) => {
          const Icon = iconOf(entry.type);
          return (
            <li key={`${entry.type}${entry.id}`} className="flex gap-3">
              <span className="flex size-7 shrink-0 items-center justify-center rounded-full border bg-surface text-muted">
                <Icon aria-hidden className="size-3.5" />
              </span>
              <div className="min-w-0 pt-1">
                <p className="break-words">{describe(entry, workspace)}</p>
                <p className="text-xs text-muted">
                  <DateTime at={entry.at} timeZone={timeZone} />
                  {entry.actor && ` by ${entry.actor}`}
                </p>
              </div>
            </li>
          );
        })}
      </ol>
    </Section>
  );
}

const icons: [prefix: string, icon: LucideIcon][] = [
  ["contact.created", Plus],
  ["contact.", Pencil],
  ["tag.", Tag],
  ["list.", List],
  ["import.", FileUp],
  ["email.bounced", MailX],
  ["email.failed", MailX],
  ["email.clicked", MousePointerClick],
  ["email.", Mail],
];
const iconOf = (type: string) => icons.find(([prefix]) => type.startsWith(prefix))?.[1] ?? CircleDot;

const text = (value: unknown) =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";

function describe({ type, data }: Entry, workspace: string): ReactNode {
  const fields = Array.isArray(data.fields)
    ? data.fields
        .map((field) =>
          text(field)
            .replace(/^custom\./, "")
            .replaceAll("_", " "),
        )
        .join(", ")
    : "";
  switch (type) {
    case "contact.created":
      return "Added by hand";
    case "contact.updated":
      return `Changed: ${fields}`;
    case "tag.added":
      return (
        <>
          Tagged <strong className="font-medium">{text(data.tag)}</strong>
        </>
      );
    case "tag.removed":
      return (
        <>
          Tag <strong className="font-medium">{text(data.tag)}</strong> taken off
        </>
      );
    case "list.added":
      return (
        <>
          Put on the list <strong className="font-medium">{text(data.list)}</strong>
        </>
      );
    case "list.removed":
      return (
        <>
          Taken off the list <strong className="font-medium">{text(data.list)}</strong>
        </>
      );
  }
  if (type.startsWith("import.")) return importSentence(type, data, workspace);
  if (type.startsWith("email.") && data.subject !== undefined) return mailSentence(type, data, workspace);
  const words = type.replace(".", ": ").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function importSentence(type: string, data: Entry["data"], workspace: string): ReactNode {
  const what =
    { "import.created": "Imported from", "import.updated": "Updated from" }[type] ?? "Was in the file";
  return (
    <>
      {what}{" "}
      <Link href={`/${workspace}/imports/${text(data.importId)}`} className="text-accent hover:underline">
        {text(data.file)}
      </Link>
      {data.undone ? " (undone)" : ""}
    </>
  );
}

function mailSentence(type: string, data: Entry["data"], workspace: string): ReactNode {
  const status = type.slice("email.".length);
  const verb = status === "sent" || status === "delivered" ? "Got" : `Mail ${status}:`;
  return (
    <>
      {verb} <strong className="font-medium">{text(data.subject) || "a mail"}</strong>
      {data.campaignId ? (
        <>
          {" "}
          from{" "}
          <Link
            href={`/${workspace}/campaigns/${text(data.campaignId)}`}
            className="text-accent hover:underline"
          >
            {text(data.campaign)}
          </Link>
        </>
      ) : null}
      {data.openedAt ? `, opened ${text(data.opens)} times` : ""}
      {data.clickedAt ? `, clicked ${text(data.clicks)} times` : ""}
    </>
  );
}
