import Link from "next/link";
import type { RouterOutputs } from "#server/router";
import { keptReasons } from "./undo-sum.tsx";

type Props = { workspace: string; contacts: RouterOutputs["imports"]["kept"] };

/** Contacts that an undo keeps, wholly or in part, each with the reason and the fields that stay. */
export function KeptList({ workspace, contacts }: Props) {
  return (
    <ul className="max-h-64 divide-y overflow-y-auto border-t">
      {contacts.map(({ email, contactId, reason, fields }) => (
        <li key={email} className="flex flex-wrap justify-between gap-x-4 py-1.5">
          {contactId ? (
            <Link
              href={`/${workspace}/contacts/${contactId}`}
              className="min-w-0 break-all text-accent hover:underline"
            >
              {email}
            </Link>
          ) : (
            <span className="min-w-0 break-all">{email}</span>
          )}
          <span className="text-muted">
            {keptReasons[reason] ?? reason}
            {fields.length > 0 && `: ${fields.map(nameOf).join(", ")}`}
          </span>
        </li>
      ))}
    </ul>
  );
}

const nameOf = (field: string) => field.replace(/^custom\./, "").replaceAll("_", " ");
