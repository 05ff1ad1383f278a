import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { AppError } from "#server/errors";
import { currentVersion, draftType, textsFor } from "./make.ts";
import type { Choice } from "./schema.ts";
import { hasPassed } from "./standing.ts";

/** An email that can be written for somebody by hand, and the draft of it that there is already. */
export type Writable = { stepId: string; number: number; title: string; draftId: string | null };

/** The emails of a campaign that are reviewed and that this person of it has not had yet. */
export async function listWritable(tx: TenantTx, enrollmentId: string): Promise<Writable[]> {
  const rows = await tx.execute<Writable>(sql`
    select s.id as "stepId", s.step_order as number, coalesce(nullif(s.name, ''), nullif(s.subject_line, ''), 'Email') as title,
      (select d.id from email_drafts d
        where d.contact_id = e.contact_id and d.step_id = s.id and d.status = 'draft'
          and (d.enrollment_id is null or (d.enrollment_id = e.id and d.run_number = e.run_number))
        order by d.id desc limit 1) as "draftId"
    from campaign_contacts e join campaign_steps s on s.campaign_id = e.campaign_id
    where e.id = ${enrollmentId}::uuid and e.status in ('enrolled', 'active', 'paused')
      and s.is_active and s.step_type = 'email' and s.requires_draft_approval
      and not exists (select from email_drafts d
        where d.contact_id = e.contact_id and d.step_id = s.id and d.enrollment_id = e.id and d.run_number = e.run_number
          and d.status not in ('draft', 'cancelled'))
      and not ${hasPassed(sql`s.id`)}
      -- Nor one that is leaving at this moment: it cannot be called back.
      and not exists (select from content.email_messages m where s.id = e.current_step_id and m.id = e.awaiting_message_id
        and m.delivery_status not in ('queued', 'deferred'))
    order by s.step_order`);
  return [...rows];
}

/**
 * Begins an email to somebody by hand, before they come to its step: it says what the step says to them now, and takes the
 * place of the draft that they would get there. One that there is already is returned.
 * @throws AppError conflict when they have left the campaign, or have had that email
 */
export async function writeAhead(
  tx: TenantTx,
  { userId, enrollmentId, stepId }: { userId: string; enrollmentId: string; stepId: string },
): Promise<{ id: string; ahead: boolean }> {
  // Whoever makes drafts for a step holds its people: they come there before this, or find it.
  const [person] = await tx.execute<{ contact_id: string; campaign_id: string }>(sql`
    select contact_id, campaign_id from campaign_contacts
    where id = ${enrollmentId}::uuid and status in ('enrolled', 'active', 'paused') for no key update`);
  if (!person) throw new AppError("conflict", "They are not on their way through this campaign any more.");
  const step = (await listWritable(tx, enrollmentId)).find((each) => each.stepId === stepId);
  const versionId = await currentVersion(tx, stepId);
  if (!step || versionId === null)
    throw new AppError(
      "conflict",
      "They have had this email already, or it is reviewed no more. Load the page again.",
    );
  if (step.draftId !== null) return { id: step.draftId, ahead: await isAhead(tx, step.draftId) };
  const texts = await textsFor(tx, { versionId, contactIds: [person.contact_id], now: await appNow(tx) });
  const words = texts.get(person.contact_id);
  const [made] = await tx.execute<{ id: string }>(sql`
    insert into email_drafts (contact_id, campaign_id, step_id, step_version_id, draft_type, author, subject, preview_text,
      body, problem)
    values (${person.contact_id}::uuid, ${person.campaign_id}::uuid, ${stepId}::uuid, ${versionId}::uuid, ${draftType(stepId)},
      'user', ${words?.subject ?? ""}, ${words?.previewText ?? ""}, ${words?.body ?? ""}, ${words?.problem ?? null})
    returning id`);
  if (!made) throw new AppError("conflict", "The email could not be begun. Try again.");
  await recordAct(tx, {
    ...{ actorId: userId, action: "draft.written", resourceType: "email_draft", resourceId: made.id },
    after: { contactId: person.contact_id, stepId },
  });
  return { id: made.id, ahead: true };
}

async function isAhead(tx: TenantTx, id: string): Promise<boolean> {
  const [row] = await tx.execute<{ ahead: boolean }>(
    sql`select enrollment_id is null as ahead from email_drafts where id = ${id}::uuid`,
  );
  return row?.ahead ?? false;
}

/** Throws away what was written by hand: its contact gets what the step says. @throws AppError conflict once they have come there, or somebody changed it */
export async function discardAhead(tx: TenantTx, userId: string, { id, version }: Choice): Promise<void> {
  const gone = await tx.execute(sql`
    update email_drafts set status = 'cancelled', updated_at = app_now()
    where id = ${id}::uuid and version = ${version} and status = 'draft' and enrollment_id is null returning id`);
  if (gone.length === 0)
    throw new AppError(
      "conflict",
      "Its contact has come to the step, or somebody changed it meanwhile. Load the page again.",
    );
  await recordAct(tx, {
    actorId: userId,
    action: "draft.discarded",
    resourceType: "email_draft",
    resourceId: id,
  });
}
