import { type CustomField, shownValue } from "#server/custom-fields/schema";
import type { MergeChoice } from "./merge-schema.ts";
import { contactFields, type OptionalFieldName } from "./schema.ts";

/** A contact as a merge compares it. */
export type MergeSide = Record<OptionalFieldName, string | null> & {
  id: string;
  email: string;
  email_normalized: string;
  status: string;
  lifecycle_stage: string;
  owner_id: string | null;
  owner: string | null;
  custom_fields: Record<string, unknown>;
  unsubscribed_at: Date | null;
  bounced_at: Date | null;
  complained_at: Date | null;
  version: number;
};

/** A field in which two contacts differ, with what each holds as it is shown, and whose value is proposed. */
export type Difference = {
  name: string;
  label: string;
  keep: string;
  other: string;
  proposed: MergeChoice;
  /** The values of both can be held together. */
  joins: boolean;
};

type Compared = {
  name: string;
  label: string;
  value: (side: MergeSide) => unknown;
  shown?: (side: MergeSide) => string;
};

/** The fields in which two contacts differ: those of the form, the stage, the owner, then the custom ones. */
export function differences(
  keep: MergeSide,
  other: MergeSide,
  customFields: readonly CustomField[],
): Difference[] {
  const types = new Map(customFields.map(({ name, type }) => [`custom.${name}`, type]));
  return compared(keep, other, customFields).flatMap(({ name, label, value, shown }) => {
    const [mine, theirs] = [value(keep) ?? null, value(other) ?? null];
    if (JSON.stringify(mine) === JSON.stringify(theirs)) return [];
    const joins = types.get(name) === "multi_select" && Array.isArray(mine) && Array.isArray(theirs);
    const show = shown ?? ((side) => shownValue(value(side)));
    const empty = isEmpty(name, mine);
    return [
      {
        name,
        label,
        keep: show(keep),
        other: show(other),
        joins,
        proposed: joins ? "both" : empty ? "other" : "keep",
      },
    ];
  });
}

function compared(keep: MergeSide, other: MergeSide, customFields: readonly CustomField[]): Compared[] {
  const known = customFields.map(({ name, label }): [string, string] => [name, label]);
  const all = new Map([
    ...known,
    ...Object.keys({ ...keep.custom_fields, ...other.custom_fields })
      .filter((name) => !customFields.some((field) => field.name === name))
      .sort()
      .map((name): [string, string] => [name, name]),
  ]);
  return [
    ...contactFields.map(({ name, label }): Compared => ({ name, label, value: (side) => side[name] })),
    { name: "stage", label: "Stage", value: (side) => side.lifecycle_stage, shown: stageWords },
    { name: "owner", label: "Owner", value: (side) => side.owner_id, shown: (side) => side.owner ?? "" },
    ...[...all].map(([name, label]): Compared => ({
      name: `custom.${name}`,
      label,
      value: (side) => side.custom_fields[name],
    })),
  ];
}

const stageWords = ({ lifecycle_stage: stage }: MergeSide) => stage.replaceAll("_", " ");

/** A stage that nobody chose is none. */
const isEmpty = (name: string, value: unknown) =>
  value === null
  || value === ""
  || (Array.isArray(value) && value.length === 0)
  || (name === "stage" && value === "new");

/** What the contact that stays holds afterwards. */
export type Merged = Pick<MergeSide, OptionalFieldName | "lifecycle_stage" | "owner_id" | "custom_fields"> & {
  /** The address is that of the other contact. */
  takesAddress: boolean;
};

export function mergedFields(
  keep: MergeSide,
  other: MergeSide,
  {
    customFields,
    choices,
  }: { customFields: readonly CustomField[]; choices: Readonly<Record<string, MergeChoice>> },
): Merged {
  const differing = new Map(differences(keep, other, customFields).map((one) => [one.name, one]));
  const choiceOf = (name: string): MergeChoice => {
    const difference = differing.get(name);
    if (!difference) return "keep";
    const choice = choices[name] ?? difference.proposed;
    return choice === "both" && !difference.joins ? difference.proposed : choice;
  };
  const from = (name: string) => (choiceOf(name) === "other" ? other : keep);
  const custom: Record<string, unknown> = {};
  for (const name of Object.keys({ ...keep.custom_fields, ...other.custom_fields })) {
    const choice = choiceOf(`custom.${name}`);
    const value =
      choice === "both"
        ? joined(keep.custom_fields[name], other.custom_fields[name])
        : from(`custom.${name}`).custom_fields[name];
    if (value !== undefined && value !== null) custom[name] = value;
  }
  const texts = Object.fromEntries(contactFields.map(({ name }) => [name, from(name)[name]])) as Record<
    OptionalFieldName,
    string | null
  >;
  return {
    ...texts,
    lifecycle_stage: from("stage").lifecycle_stage,
    owner_id: from("owner").owner_id,
    custom_fields: custom,
    takesAddress: choiceOf("email") === "other",
  };
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const joined = (mine: unknown, theirs: unknown): unknown[] => [
  ...new Set([...listOf(mine), ...listOf(theirs)]),
];
