import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { listHindrances } from "#server/contacts/queries";
import type { EnrollmentStatus, WaitReason } from "#server/enrollments/reasons";
import { isSnoozed, isUndisturbed } from "#server/messages/mailable";
import { findUndisturbedTag } from "#server/tags/queries";
import { nextTry, nextTryJoins } from "./next-try.ts";
import { whyOf } from "./reasons.ts";
import type { ContactCode } from "./standstills.ts";
import type { Answer } from "./why-campaign.ts";

/** One campaign that somebody is on the way through, and why it does not write to them now. `at` as in `Answer`. */
export type Standing = {
  campaignId: string;
  enrollmentId: string;
  name: string;
  code: ContactCode;
  text: string;
  at: Date | null;
};

/** The one answer to “why is nothing being sent to them?”, and what it is made of: the campaign that acts first comes first. */
export type ContactAnswer = Answer<ContactCode> & { campaigns: Standing[] };

/** Somebody can be on the way through many campaigns at once; so many are looked at. */
const campaignsShown = 50;

export async function answerForContact(tx: TenantTx, id: string): Promise<ContactAnswer> {
  const hindrances = await listHindrances(tx, id);
  const campaigns = await listStandings(tx, id);
  const [contact] = await tx.execute<{ snoozedUntil: Date | null; undisturbed: boolean }>(sql`
    select case when ${isSnoozed} then c.snoozed_until end as "snoozedUntil", ${isUndisturbed} as undisturbed
    from contacts c where c.id = ${id}::uuid`);
  const answer = (code: ContactCode, title: string, text: string | null, at: Date | null): ContactAnswer => ({
    code,
    kind: code === "hindered" ? "warning" : "info",
    title,
    text,
    at,
    campaigns,
  });
  if (hindrances.length > 0)
    return answer(
      "hindered",
      "No campaign mails this contact",
      hindrances.map(({ reason }) => reason).join(" "),
      null,
    );
  const tag = contact?.undisturbed ? await findUndisturbedTag(tx) : null;
  if (tag)
    return answer(
      "do_not_disturb",
      "No campaign writes to them",
      `They have the tag “${tag.name}”. What waits for them leaves when somebody takes it off them.`,
      null,
    );
  const snoozedUntil = contact?.snoozedUntil ?? null;
  if (snoozedUntil)
    return answer(
      "snoozed",
      "No campaign writes to them for now",
      "What waits for them leaves then.",
      snoozedUntil,
    );
  const [next] = campaigns;
  if (!next)
    return answer(
      "in_no_campaign",
      "Nothing is being sent to them",
      "They are on the way through no campaign.",
      null,
    );
  const title =
    next.code === "awaiting_send" ? "An email is on its way to them" : "Nothing is being sent to them now";
  return answer(next.code, title, `${next.name}: ${next.text}`, next.at);
}

type Row = {
  campaignId: string;
  enrollmentId: string;
  name: string;
  status: EnrollmentStatus;
  campaignStatus: string;
  pauseReason: string | null;
  over: boolean;
  canSend: boolean;
  atEmail: boolean;
  late: boolean;
  from: string | null;
  reason: WaitReason | null;
  at: Date | null;
  sweepsAt: Date;
};

/** A campaign can send when its mailbox, or one of its pool, is active. */
const canSend = sql`exists (select from email_accounts a where a.status = 'active' and case
  when k.rotation_pool_id is null then a.id = k.email_account_id
  else exists (select from pool_members pm join rotation_pools p on p.id = pm.pool_id and p.is_active
    where pm.pool_id = k.rotation_pool_id and pm.email_account_id = a.id and pm.status = 'active') end)`;

async function listStandings(tx: TenantTx, contactId: string): Promise<Standing[]> {
  const rows = await tx.execute<Row>(sql`
    select k.id as "campaignId", e.id as "enrollmentId", k.name, e.status, k.status as "campaignStatus",
      k.pause_reason as "pauseReason", coalesce(k.end_date <= app_now(), false) as over, ${canSend} as "canSend",
      s.step_type = 'email' as "atEmail", coalesce(m.scheduled_for <= app_now() - interval '90 seconds', false) as late,
      m.from_email as "from", e.wait_reason as reason, ${nextTry} as at,
      date_trunc('minute', app_now()) + interval '1 minute' as "sweepsAt"
    from campaign_contacts e
    join campaigns k on k.id = e.campaign_id and k.deleted_at is null and k.status in ('active', 'paused')
    left join campaign_steps s on s.id = e.current_step_id ${nextTryJoins}
    where e.contact_id = ${contactId}::uuid and e.status in ('enrolled', 'active', 'paused')
    order by e.id desc limit ${campaignsShown}`);
  return rows
    .map((row) => ({
      campaignId: row.campaignId,
      enrollmentId: row.enrollmentId,
      name: row.name,
      ...standingOf(row),
    }))
    .sort((a, b) => (a.at?.getTime() ?? Infinity) - (b.at?.getTime() ?? Infinity));
}

function standingOf(row: Row): Pick<Standing, "code" | "text" | "at"> {
  if (row.campaignStatus === "paused")
    return { code: "paused", text: `The campaign is paused. ${row.pauseReason ?? ""}`.trim(), at: null };
  if (row.over) return { code: "ending", text: "The campaign’s last day is over.", at: row.sweepsAt };
  if (row.status === "paused") return { code: "paused_by_hand", text: whyOf(row) ?? "", at: null };
  if (row.atEmail && !row.canSend)
    return {
      code: "no_sender",
      text: "The campaign has no mailbox that can send: its page says what to do.",
      at: row.at,
    };
  if (row.late)
    return {
      code: "late",
      text: "The time of the email has come, and it has not left yet: other work of this installation comes first, or the part that sends is not running.",
      at: row.sweepsAt,
    };
  const from = row.reason === "awaiting_send" && row.from ? ` From ${row.from}.` : "";
  return { code: row.reason ?? "turn", text: `${whyOf(row) ?? ""}${from}`, at: row.at };
}
