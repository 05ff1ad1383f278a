import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";
import { fieldNamed, listCustomFields } from "./queries.ts";
import { defaultsOf } from "./rules.ts";
import { type CustomValue, readCustomValue, type ReadValue } from "./values.ts";

type Options = {
  /** It is of a new contact: what is required must be there, and defaults stand in for what is not said. */
  whole: boolean;
  /** What the contact holds: that may stay, whatever limits the field got since. */
  held?: Readonly<Record<string, unknown>>;
};

/**
 * Typed values of custom fields, as they are to be stored: what to set and what to take away. Throws `invalid` naming
 * each field as `custom.<name>`.
 */
export async function readCustomFields(
  tx: TenantTx,
  typed: Readonly<Record<string, string>>,
  { whole, held = {} }: Options,
): Promise<{ set: Record<string, CustomValue>; remove: string[] }> {
  const fields = await listCustomFields(tx, { archived: true });
  const problems: Record<string, string> = {};
  const set: Record<string, CustomValue> = whole ? defaultsOf(fields) : {};
  const remove: string[] = [];
  for (const [name, text] of Object.entries(typed)) {
    const field = fieldNamed(fields, name);
    delete set[name];
    const { type, options } = field;
    const plain = readCustomValue({ type, options }, text);
    const read = isHeld(plain, held[name]) ? plain : readCustomValue(field, text);
    if ("problem" in read) problems[`custom.${name}`] = read.problem;
    else if (read.value !== null) set[name] = read.value;
    else if (field.required && !field.archivedAt) problems[`custom.${name}`] = `${field.label} is required.`;
    else remove.push(name);
  }
  if (whole) {
    for (const { name, label, required, archivedAt } of fields) {
      const said = name in typed || name in set;
      if (required && !archivedAt && !said) problems[`custom.${name}`] = `${label} is required.`;
    }
  }
  const [first] = Object.values(problems);
  if (first !== undefined) throw new AppError("invalid", first, problems);
  return { set, remove };
}

const isHeld = (read: ReadValue, held: unknown) =>
  "value" in read && held !== undefined && JSON.stringify(read.value) === JSON.stringify(held);
