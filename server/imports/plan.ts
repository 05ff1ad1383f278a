import type { CustomValue } from "#server/custom-fields/values";
import {
  type ContactField,
  consentFields,
  scoreField,
  stageField,
  statusFields,
  textFields,
} from "./contact-fields.ts";
import {
  type ColumnMapping,
  type ConsentBasis,
  type DuplicateStrategy,
  type FieldType,
  type ImportOptions,
  type MergeRule,
  rulesFor,
} from "./schema.ts";

/** What an import writes to contacts, and by which rule to those that are here already. */
export type Plan = {
  importId: string;
  strategy: DuplicateStrategy;
  fields: readonly PlannedField[];
  /** Custom fields by name. */
  custom: ReadonlyMap<string, MergeRule>;
  /** What new contacts get in custom fields that their row leaves blank. */
  defaults: Readonly<Record<string, CustomValue>>;
  /** It writes custom fields, if only those of defaults. */
  writesCustom: boolean;
  tags: MergeRule;
  /** The row's own moment of change decides for some field. */
  comparesTime: boolean;
  consent: { basis: ConsentBasis; source: string } | null;
};

export type PlannedField = ContactField & { rule: MergeRule };

type Asked = Pick<ImportOptions, "duplicates" | "rules" | "consent">;

/** Both by the names of the custom fields. */
type Fields = {
  types: ReadonlyMap<string, FieldType>;
  defaults: Readonly<Record<string, CustomValue>>;
};

/** What an import does, by where its columns go and what was chosen. */
export function planOf(
  importId: string,
  mapping: readonly ColumnMapping[],
  { duplicates, rules, consent }: Asked,
  { types, defaults }: Fields,
): Plan {
  const ruleOf = (target: string, type?: FieldType): MergeRule => {
    if (duplicates === "overwrite") return "overwrite";
    if (duplicates === "fill_blanks") return "fill_if_blank";
    if (duplicates === "skip" || duplicates === "error") return "keep_existing";
    const allowed = rulesFor(target, type);
    const chosen = rules[target];
    return chosen && allowed.includes(chosen) ? chosen : allowed[0];
  };
  const targets = new Set(mapping.map(({ target }) => target));
  const planned = (fields: readonly ContactField[], target: string): PlannedField[] =>
    fields.map((field) => ({ ...field, rule: ruleOf(target) }));
  const fields = [
    ...textFields.filter(({ name }) => targets.has(name)).flatMap((field) => planned([field], field.name)),
    ...(targets.has("lead_score") ? planned([scoreField], "lead_score") : []),
    ...(targets.has("lifecycle_stage") ? planned([stageField], "lifecycle_stage") : []),
    ...(targets.has("status") ? planned(statusFields, "status") : []),
    ...(consent || targets.has("consent_basis") ? planned(consentFields, "consent") : []),
  ];
  const custom = new Map(
    [...targets]
      .filter((target) => target.startsWith("custom."))
      .map((target) => [
        target.slice("custom.".length),
        ruleOf(target, types.get(target.slice("custom.".length))),
      ]),
  );
  return {
    importId,
    strategy: duplicates,
    fields,
    custom,
    defaults,
    writesCustom: custom.size > 0 || Object.keys(defaults).length > 0,
    tags: ruleOf("tags"),
    comparesTime: [...fields.map(({ rule }) => rule), ...custom.values()].includes("newest"),
    consent,
  };
}
