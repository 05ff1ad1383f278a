import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";
import { exampleContact } from "./example-contact.ts";
import { contactOfJson } from "./json-contact.ts";
import type { MergeContact } from "./merge-fields.ts";
import { mergeContacts, workspaceSender } from "./queries.ts";
import type { SeenAs } from "./schema.ts";

/**
 * For whom a mail is made that is only looked at, and what of the JSON that describes them is no field.
 * @throws AppError not_found for a contact; invalid for JSON
 */
export async function trialContact(
  tx: TenantTx,
  { contactId, json }: SeenAs,
): Promise<{ contact: MergeContact; hints: string[] }> {
  if (json !== null) return contactOfJson(json, (await workspaceSender(tx)).variables ?? {});
  if (contactId === null) return { contact: exampleContact, hints: [] };
  const contact = (await mergeContacts(tx, [contactId])).get(contactId);
  if (!contact) throw new AppError("not_found", "There is no such contact.");
  return { contact, hints: [] };
}
