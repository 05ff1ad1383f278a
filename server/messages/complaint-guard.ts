import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { judgedSince, pauseAndTell } from "./guards.ts";

/** Receivers close a sender of whose mail more than one in a thousand is marked as spam. */
export const complaintShareMax = 0.001;
/** Below so many sent the share says nothing: there, so many complaints are too many. */
export const judgedMin = 500;
export const complaintsMax = 1;

type Judged = { id: string; name: string; launchedBy: string | null; complained: number; sent: number };

const tooMany = ({ complained, sent }: Judged) =>
  sent >= judgedMin ? complained > sent * complaintShareMax : complained > complaintsMax;

/**
 * Pauses those of the campaigns about which too many complained, and tells who launched them. Returns their ids. A
 * complaint counts when it comes in, however long ago the email was sent.
 */
export async function pauseOnComplaints(tx: TenantTx, campaignIds: readonly string[]): Promise<string[]> {
  const judged = await tx.execute<Judged>(sql`
    select c.id, c.name, c.launched_by as "launchedBy", m.complained, m.sent
    from campaigns c cross join lateral (
      select count(*) filter (where m.complained_at > since.at)::int as complained,
        count(*) filter (where m.sent_at > since.at)::int as sent
      from content.email_messages m cross join (select ${judgedSince} as at) since
      where m.campaign_id = c.id and m.direction = 'outbound' and not m.is_test
        and (m.sent_at > since.at or m.complained_at > since.at)
    ) m
    where c.id = any(${sql.param([...campaignIds])}::uuid[]) and c.status = 'active'`);
  const paused: string[] = [];
  for (const campaign of judged.filter(tooMany)) if (await pause(tx, campaign)) paused.push(campaign.id);
  return paused;
}

function pause(tx: TenantTx, campaign: Judged): Promise<boolean> {
  const { complained, sent } = campaign;
  const limit =
    sent >= judgedMin
      ? `${100 * complaintShareMax} % is the limit`
      : `${complaintsMax} is the limit for so few emails`;
  return pauseAndTell(tx, campaign, {
    what: "people mark it as spam",
    why: `${complained} people marked it as spam, of ${sent.toLocaleString("en")} emails within a day (${limit}). Check who is in its audience and what it says before you resume.`,
    facts: { reason: "complaints", complained, sent },
  });
}
