import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";
import { displayName } from "./listing.ts";
import type { OptionalFieldName } from "./schema.ts";
import { clockOfContact, contactZone, type ContactZone } from "./zone.ts";

/** Whether the workspace has any contact at all: an empty list means different things. */
export async function hasContacts(tx: TenantTx): Promise<boolean> {
  const rows = await tx.execute(sql`select 1 from contacts where deleted_at is null limit 1`);
  return rows.length > 0;
}

export type Contact = Record<OptionalFieldName, string | null> & {
  id: string;
  email: string;
  displayName: string | null;
  custom: Record<string, unknown>;
  status: string;
  lifecycleStage: string;
  leadScore: number;
  ownerId: string | null;
  /** The name of the owner, who may be no member any more. */
  owner: string | null;
  /** No campaign writes to them before; null when campaigns may. */
  snoozedUntil: Date | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
  lastActivityAt: Date | null;
  /** The import that brought them. */
  importId: string | null;
  importName: string | null;
  /** The import that changed them last and was not undone, unless it is the one that brought them. */
  lastImport: { id: string; name: string } | null;
  tags: string[];
  lists: { id: string; name: string }[];
  /** As they were last recalculated. */
  segments: { id: string; name: string }[];
  consentBasis: string | null;
  consentSource: string | null;
  consentAt: Date | null;
  /** On whose clock they are written to; null when nothing tells it. */
  zone: ContactZone | null;
};

/** One contact with tags and lists; instead of one that was merged away, the one that stayed. Throws `not_found`. */
export async function getContact(tx: TenantTx, id: string): Promise<Contact> {
  const [row] = await tx.execute<Omit<Contact, "zone"> & { clock: string | null }>(sql`
    select c.id, c.email, c.first_name, c.last_name, c.name, c.company, c.job_title, c.phone, c.city, c.state, c.country,
      c.timezone, c.language, ${clockOfContact} as clock, ${displayName} as "displayName", c.custom_fields as custom, c.status,
      c.lifecycle_stage as "lifecycleStage", c.lead_score as "leadScore", c.owner_id as "ownerId", o.name as owner,
      case when c.snoozed_until > app_now() then c.snoozed_until end as "snoozedUntil", c.version, c.created_at as "createdAt",
      c.updated_at as "updatedAt", c.last_activity_at as "lastActivityAt", j.id as "importId", j.file_name as "importName",
      (select jsonb_build_object('id', l.id, 'name', l.file_name) from (
        select e.import_job_id from import_events e
        where e.contact_id = c.id and e.event_type in ('created', 'updated') and e.undone_at is null
        order by e.created_at desc, e.id desc limit 1) e join import_jobs l on l.id = e.import_job_id
        where l.id is distinct from c.first_source_import_id) as "lastImport",
      array(select t.name::text from contact_tags ct join tags t on t.id = ct.tag_id where ct.contact_id = c.id order by t.name) as tags,
      coalesce((select jsonb_agg(jsonb_build_object('id', s.id, 'name', s.name) order by s.name)
        from segment_contacts sc join segments s on s.id = sc.segment_id
        where sc.contact_id = c.id and s.segment_type = 'static'), '[]') as lists,
      coalesce((select jsonb_agg(jsonb_build_object('id', s.id, 'name', s.name) order by s.name)
        from segment_contacts sc join segments s on s.id = sc.segment_id
        where sc.contact_id = c.id and s.segment_type = 'dynamic'), '[]') as segments,
      c.consent_basis as "consentBasis", c.consent_source as "consentSource", c.consent_at as "consentAt"
    from contacts c left join import_jobs j on j.id = c.first_source_import_id left join users o on o.id = c.owner_id
    where c.id = coalesce((select m.merged_into_id from contacts m where m.id = ${id}::uuid), ${id}::uuid) and c.deleted_at is null`);
  if (!row) throw new AppError("not_found", "No such contact.");
  const { clock, ...contact } = row;
  return { ...contact, zone: contactZone(clock) };
}

export type Hindrance = { reason: string; since: Date | null };

/** Every reason why no campaign may mail this contact; none means it may. */
export async function listHindrances(tx: TenantTx, id: string): Promise<Hindrance[]> {
  const rows = await tx.execute<{ kind: string; reason: string; source: string; since: Date | null }>(sql`
    select 'status' as kind, c.status::text as reason, '' as source,
      case c.status when 'unsubscribed' then c.unsubscribed_at when 'bounced' then c.bounced_at when 'complained' then c.complained_at end as since
    from contacts c where c.id = ${id}::uuid and c.status <> 'active'
    union all
    select s.scope, s.reason, s.source, s.created_at
    from contacts c, lateral (select * from suppressions s
      where s.email_normalized = any(suppression_keys(c.tenant_id, c.email_normalized))) s
    where c.id = ${id}::uuid and s.scope <> 'category' and (s.expires_at is null or s.expires_at > app_now())
    union all
    select 'platform', '', '', null from contacts c
    where c.id = ${id}::uuid and exists (select from platform_suppressed(array[c.email_normalized]))
    order by 1, 4`);
  return rows.map(({ kind, reason, since }) => ({ reason: hindranceSentence(kind, reason), since }));
}

const statusSentences: Record<string, string> = {
  unsubscribed: "Unsubscribed from this workspace's mail.",
  bounced: "Mail to this address came back.",
  complained: "Reported a mail as spam.",
  archived: "Archived: kept, but left out of every campaign.",
};

function hindranceSentence(kind: string, reason: string): string {
  if (kind === "status") return statusSentences[reason] ?? `The status is "${reason}".`;
  if (kind === "platform") return "Nobody on this installation may write to the address.";
  const where = kind === "tenant" ? "the whole organization" : "this workspace";
  return `The address is on the suppression list of ${where} (${reason.replaceAll("_", " ")}).`;
}

export type Consent = {
  id: string;
  action: "granted" | "withdrawn";
  basis: string | null;
  source: string | null;
  at: Date;
};

/** Consent that was given and taken back, newest first. */
export async function listConsent(tx: TenantTx, id: string): Promise<Consent[]> {
  return [
    ...(await tx.execute<Consent>(sql`
      select id, action, basis, source, occurred_at as at from consent_records
      where contact_id = ${id}::uuid order by occurred_at desc, id desc limit 50`)),
  ];
}

export type ContactCampaign = {
  id: string;
  enrollmentId: string;
  campaignStatus: string;
  /** Somebody's place in it can be acted on: it runs, or can run again for who has failed. */
  acts: boolean;
  name: string;
  status: string;
  step: string | null;
  dueAt: Date | null;
  exitReason: string | null;
};

/** The campaigns a contact is or was in. */
export async function listContactCampaigns(tx: TenantTx, id: string): Promise<ContactCampaign[]> {
  return [
    ...(await tx.execute<ContactCampaign>(sql`
      select k.id, e.id as "enrollmentId", k.status as "campaignStatus",
        k.archived_at is null and (k.status in ('active', 'paused')
          or k.status = 'completed' and k.campaign_type <> 'triggered' and not k.auto_enroll) as acts,
        k.name, e.status, coalesce(s.name, s.step_type) as step, e.next_email_scheduled_at as "dueAt", e.exit_reason as "exitReason"
      from campaign_contacts e join campaigns k on k.id = e.campaign_id left join campaign_steps s on s.id = e.current_step_id
      where e.contact_id = ${id}::uuid and k.deleted_at is null order by e.id desc limit 50`)),
  ];
}
