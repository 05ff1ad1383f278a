import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { live } from "./queries.ts";
import type { EmailTest, TestDimension } from "./schema.ts";

/** Columns of a step, by name. */
type Columns = Record<string, unknown>;

type Row = Omit<EmailTest, "variants"> & {
  stepId: string;
  variants: EmailTest["variants"];
  won: boolean;
  subject: string | null;
  previewText: string | null;
  html: string | null;
  text: string | null;
  sender: unknown;
  sendTime: string | null;
};

/**
 * What the emails of a campaign tested before it was decided, by their steps: a decision leaves the winner's words in
 * the step and no test. Where a variant has won and still says what the email says, the control's words come along;
 * everything else stands as it is now. What somebody ended without a winner is not tested again.
 */
export async function decidedDesigns(tx: TenantTx, campaignId: string): Promise<Map<string, Columns>> {
  const rows = await tx.execute<Row>(sql`
    select d.* from (select distinct on (t.step_id) t.outcome, t.step_id as "stepId", t.dimension, t.metric, t.sample_percent as "samplePercent",
      t.sample_contacts as "sampleContacts", t.duration_minutes as "durationMinutes", t.fallback,
      (select json_agg(json_build_object('weight', v.weight, 'changes', v.changes) order by v.name)
        from ab_test_variants v where v.test_id = t.id) as variants,
      coalesce((
        select not v.is_control and ${saidByStep} from ab_test_variants v where v.id = t.winner_variant_id), false) as won,
      a.subject, a.preview_text as "previewText", a.html, a.text, a.config -> 'sender' as sender, a.changes ->> 'sendTime' as "sendTime"
    from ab_tests t join campaign_steps s on s.id = t.step_id and s.is_active and s.test is null
    left join lateral (
      select b.*, v.changes from ab_test_variants v join campaign_step_versions b on b.step_id = s.id and b.variant_id = v.id
      where v.test_id = t.id and v.is_control order by b.version desc limit 1
    ) a on true
    where t.campaign_id = ${campaignId}::uuid and not t.${live} and t.status <> 'draft'
    order by t.step_id, t.id desc) d where d.outcome is distinct from 'stopped'`);
  return new Map(
    rows.map((row) => [row.stepId, { test: testOf(row), ...(row.won && saidBy[row.dimension](row)) }]),
  );
}

/** Whether step `s` says what variant `v` changed: nobody has edited it since. */
const saidByStep: SQL = sql`(
  (not v.changes ? 'subjectLine' or s.subject_line is not distinct from v.changes ->> 'subjectLine')
  and (not v.changes ? 'previewText' or s.preview_text is not distinct from v.changes ->> 'previewText')
  and (not v.changes ? 'emailContent' or s.email_content is not distinct from v.changes ->> 'emailContent')
  and (not v.changes ? 'emailText' or s.email_text is not distinct from v.changes ->> 'emailText')
  and (not v.changes ? 'sender' or s.sender is not distinct from v.changes -> 'sender')
  and (not v.changes ? 'sendTime' or s.send_time is not distinct from (v.changes ->> 'sendTime')::time))`;

const testOf = ({
  dimension,
  metric,
  samplePercent,
  sampleContacts,
  durationMinutes,
  fallback,
  variants,
}: Row) => ({
  dimension,
  metric,
  samplePercent,
  sampleContacts,
  durationMinutes,
  fallback,
  variants: variants.map((variant, index) => (index === 0 ? { ...variant, changes: {} } : variant)),
});

/** What the control says of what is tested. */
const saidBy: Record<TestDimension, (row: Row) => Columns> = {
  subject: ({ subject, previewText }) => ({ subject_line: subject, preview_text: previewText }),
  content: ({ html, text }) => ({ email_content: html, email_text: text }),
  sender: ({ sender }) => ({ sender }),
  send_time: ({ sendTime }) => ({ send_time: sendTime }),
};
