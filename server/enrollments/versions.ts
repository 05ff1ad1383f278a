import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { freezeTests } from "#server/ab-tests/freeze";
import { keepNamed } from "#server/pictures/named";

/**
 * Freezes what the steps of a campaign say now, one new version for each that has changed since its last one.
 * Contacts who reach a step are given its current version. Only `stepId`, when given.
 */
export async function freezeVersions(
  tx: TenantTx,
  { campaignId, stepId = null }: { campaignId: string; stepId?: string | null },
): Promise<void> {
  await tx.execute(sql`
    with said as (
      select s.id, s.step_type, s.subject_line, s.preview_text, s.email_content, s.email_text, s.current_version,
        jsonb_build_object('waitDuration', s.wait_duration, 'waitUpTo', s.wait_up_to, 'conditionType', s.condition_type,
          'conditionRules', s.condition_rules, 'actionType', s.action_type, 'actionConfig', s.action_config,
          'next', s.next_step_id, 'true', s.true_next_step_id, 'false', s.false_next_step_id,
          'timeout', s.on_timeout_step_id, 'emailAccountId', s.email_account_id, 'sender', s.sender, 'replyInThread', s.reply_in_thread, 'attachments', s.attachments, 'review', s.draft_review)
          as config
      from campaign_steps s
      where s.campaign_id = ${campaignId}::uuid and s.is_active and (${stepId}::uuid is null or s.id = ${stepId}::uuid)
    ), hashed as (
      select said.*, encode(sha256(convert_to(jsonb_build_array(step_type, subject_line, preview_text, email_content,
        email_text, config)::text, 'UTF8')), 'hex') as hash from said
    ), written as (
      insert into campaign_step_versions (campaign_id, step_id, version, step_type, subject, preview_text, html, text, config,
        content_hash)
      select ${campaignId}::uuid, h.id, h.current_version + 1, h.step_type, h.subject_line, h.preview_text, h.email_content,
        h.email_text, h.config, h.hash
      from hashed h
      where not exists (select 1 from campaign_step_versions v
        where v.step_id = h.id and v.version = h.current_version and v.variant_id is null and v.content_hash = h.hash)
      returning step_id, version
    )
    update campaign_steps s set current_version = w.version from written w where s.id = w.step_id`);
  await freezeTests(tx, campaignId);
  await keepNamed(
    tx,
    sql`select v.html as words from campaign_steps s
      join campaign_step_versions v on v.step_id = s.id and v.version = s.current_version
      where s.campaign_id = ${campaignId}::uuid and v.html like '%/p/%'`,
  );
}
