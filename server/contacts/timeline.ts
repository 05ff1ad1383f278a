import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { TimelineInput } from "./schema.ts";

export type TimelineEntry = {
  id: string;
  at: Date;
  type: string;
  data: Record<string, unknown>;
  actor: string | null;
};
/** `next` is the cursor of the page behind, or null. */
export type TimelinePage = {
  entries: TimelineEntry[];
  next: { at: string; id: string; type: string } | null;
};

const pageEntries = 40;

/**
 * What happened to a contact, newest first: acts, imports, campaigns, mail, opens and clicks, segments, the tiers of its
 * score, and the suppression lists it is on. Imports and ended campaigns of those who were merged into it are among it.
 */
export async function listTimeline(tx: TenantTx, { id, cursor }: TimelineInput): Promise<TimelinePage> {
  const gone = await tx.execute<{ id: string }>(
    sql`select id from contacts where merged_into_id = ${id}::uuid`,
  );
  const all = sql`any(${sql.param([id, ...gone.map((row) => row.id)])}::uuid[])`;
  // One row may be two entries of one moment: each part gives the cursor's own row too, and the whole leaves it out.
  const newest = (at: SQL, row: SQL) => sql`
    ${cursor ? sql`and (${at}, ${row}) <= (${cursor.at}::timestamptz, ${cursor.id}::uuid)` : sql``}
    order by ${at} desc, ${row} desc limit ${pageEntries + 2}`;
  const behind = cursor
    ? sql`where (at, id, type) < (${cursor.at}::timestamptz, ${cursor.id}::uuid, ${cursor.type}::text)`
    : sql``;
  const rows = await tx.execute<TimelineEntry & { exact: string }>(sql`
    select entries.*, at::text as exact from (
      (select e.id, e.occurred_at as at, e.type::text collate "C" as type, e.data, u.name as actor
        from contact_events e left join users u on u.id = e.actor_id
        where e.contact_id = ${id}::uuid ${newest(sql`e.occurred_at`, sql`e.id`)})
      union all
      (select e.id, e.created_at, 'import.' || e.event_type,
          jsonb_build_object('file', j.file_name, 'importId', j.id, 'undone', e.undone_at is not null), u.name
        from import_events e join import_jobs j on j.id = e.import_job_id left join users u on u.id = j.created_by
        where e.contact_id = ${all} ${newest(sql`e.created_at`, sql`e.id`)})
      union all
      (select m.id, coalesce(m.sent_at, m.created_at),
          case m.direction when 'inbound' then 'reply.' || m.message_type else 'email.' || m.delivery_status end,
          jsonb_build_object('subject', m.subject, 'campaign', k.name, 'campaignId', k.id, 'snippet', m.snippet,
            'from', m.from_email, 'error', m.error, 'bounce', m.bounce_type)
        , null
        from content.email_messages m left join campaigns k on k.id = m.campaign_id
        where m.contact_id = ${id}::uuid ${newest(sql`coalesce(m.sent_at, m.created_at)`, sql`m.id`)})
      union all
      (select e.id, e.occurred_at, 'event.' || e.type, jsonb_build_object('url', e.url, 'subject', m.subject), null
        from email_events e left join content.email_messages m on m.id = e.message_id
        where e.contact_id = ${id}::uuid and e.type in ('opened', 'clicked') and not e.is_machine
          ${newest(sql`e.occurred_at`, sql`e.id`)})
      union all
      (select e.id, e.enrolled_at, 'campaign.joined', jsonb_build_object('campaign', k.name, 'campaignId', k.id), null
        from campaign_contacts e join campaigns k on k.id = e.campaign_id
        where e.contact_id = ${all} ${newest(sql`e.enrolled_at`, sql`e.id`)})
      union all
      (select e.id, e.exited_at, 'campaign.left',
          jsonb_build_object('campaign', k.name, 'campaignId', k.id, 'reason', e.exit_reason), null
        from campaign_contacts e join campaigns k on k.id = e.campaign_id
        where e.contact_id = ${all} and e.exited_at is not null ${newest(sql`e.exited_at`, sql`e.id`)})
      union all
      (select m.id, m.added_at, 'segment.entered', jsonb_build_object('segment', s.name, 'segmentId', s.id), null
        from segment_contacts m join segments s on s.id = m.segment_id
        where m.contact_id = ${id}::uuid and s.segment_type = 'dynamic' ${newest(sql`m.added_at`, sql`m.id`)})
      union all
      (select e.id, e.occurred_at, 'score.' || case when e.event_type = 'recalculated' then 'tier_changed' else e.event_type end,
          jsonb_build_object('score', e.score_after, 'tier', e.tier_after), u.name
        from score_events e left join users u on u.id = e.actor_id
        where e.contact_id = ${id}::uuid
          and (e.tier_before is distinct from e.tier_after or e.event_type in ('overridden', 'override_ended'))
          ${newest(sql`e.occurred_at`, sql`e.id`)})
      union all
      (select s.id, s.created_at, 'suppression.added',
          jsonb_build_object('key', s.email_normalized, 'reason', s.reason, 'scope', s.scope), u.name
        from contacts c, lateral (select * from suppressions x
          where x.email_normalized = any(suppression_keys(c.tenant_id, c.email_normalized)) offset 0) s
          left join users u on u.id = s.added_by
        where c.id = ${id}::uuid ${newest(sql`s.created_at`, sql`s.id`)})
      union all
      (select s.id, moved.at, moved.type,
          jsonb_build_object('key', s.email_normalized, 'reason', s.reason, 'scope', s.scope), u.name
        from contacts c, lateral (select * from lifted_suppressions x
          where x.email_normalized = any(suppression_keys(c.tenant_id, c.email_normalized)) offset 0) s,
          lateral (values ('suppression.added', s.added_at, s.added_by), ('suppression.removed', s.created_at, s.lifted_by)) as moved(type, at, actor)
          left join users u on u.id = moved.actor
        where c.id = ${id}::uuid ${newest(sql`moved.at`, sql`s.id`)})
    ) entries ${behind} order by at desc, id desc, type desc limit ${pageEntries + 1}`);
  const entries = rows.slice(0, pageEntries).map(({ exact: _, ...entry }) => entry);
  const last = rows[pageEntries - 1];
  return {
    entries,
    next: rows.length > pageEntries && last ? { at: last.exact, id: last.id, type: last.type } : null,
  };
}
