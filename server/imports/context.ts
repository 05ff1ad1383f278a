import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { listCustomFields } from "#server/custom-fields/queries";
import { defaultsOf } from "#server/custom-fields/rules";
import { ensureTags } from "#server/tags/mutations";
import type { Target } from "./apply.ts";
import { type Corrections, loadCorrections } from "./corrections.ts";
import { type Plan, planOf } from "./plan.ts";
import { getImportJob } from "./queries.ts";
import type { FieldShape, RowReading } from "./reading.ts";
import type { FieldType } from "./schema.ts";

type Job = Awaited<ReturnType<typeof getImportJob>>;

/** What a run needs to know beside the rows: what it writes and how it reads. */
export type ImportContext = {
  job: Job;
  plan: Plan;
  reading: RowReading;
  corrections: Corrections;
  /** Labels of required fields that no column and no default fills. */
  lacking: string[];
};

/** Reads what a run needs. Throws `not_found`. */
export async function loadContext(tx: TenantTx, id: string): Promise<ImportContext> {
  const job = await getImportJob(tx, id);
  const mapping = Array.isArray(job.field_mapping) ? job.field_mapping : [];
  const defined = await listCustomFields(tx, { archived: true });
  const defaults = defaultsOf(defined);
  const fields = new Map(
    defined.map(({ name, type, options: choices, required, validation }): [string, FieldShape] => [
      name,
      // What is blank gets the default: nothing is missing then.
      { type, options: choices, required: required && !(name in defaults), validation },
    ]),
  );
  const types = new Map<string, FieldType>(
    mapping
      .filter(({ target }) => target.startsWith("custom."))
      .map(({ target, fieldType = "text" }) => [target.slice("custom.".length), fieldType]),
  );
  for (const [name, { type }] of fields) types.set(name, type);
  const plan = planOf(job.id, mapping, job.import_options, { types, defaults });
  const segments = await tx.execute<{ name: string }>(
    sql`select name from segments where segment_type = 'dynamic'`,
  );
  const reading = {
    options: job.import_options.reading,
    fields,
    segments: new Set(segments.map(({ name }) => name.toLowerCase())),
  };
  const targets = new Set(mapping.map(({ target }) => target));
  const lacking = defined
    .filter(
      ({ name, required, archivedAt }) =>
        required && !archivedAt && !targets.has(`custom.${name}`) && !(name in defaults),
    )
    .map(({ label }) => label);
  return { job, plan, reading, corrections: await loadCorrections(tx, id), lacking };
}

/** Where a run puts every contact: the tags of its options and its list. */
export async function loadTarget(tx: TenantTx, { job, plan }: ImportContext): Promise<Target> {
  const { ids } = await ensureTags(tx, job.import_options.tags);
  const [row] = await tx.execute<{ segment_id: string | null }>(
    sql`select segment_id from import_jobs where id = ${job.id}::uuid`,
  );
  return {
    plan,
    tagIds: [...ids.values()],
    rowTags: new Map(),
    rowLists: new Map(),
    listId: row?.segment_id ?? null,
  };
}
