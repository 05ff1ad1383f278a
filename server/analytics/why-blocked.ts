import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { blockOf, type Senders } from "#server/messages/senders";
import type { Answer } from "./why-campaign.ts";

type Mailbox = {
  email: string;
  status: string;
  reason: string | null;
  until: Date | null;
  error: string | null;
};
type Blocked = { mailboxes: Mailbox[]; pool: string | null; poolOff: boolean; retryAt: Date | null };

const title = "Running, but nothing can be sent";
const settings = "under Settings, Mailboxes";

/**
 * Why a running campaign has nothing to send from; null when it has. `at`: when a resting mailbox goes on, or when the steps
 * look for a mailbox again.
 */
export async function blockAnswer(
  tx: TenantTx,
  campaignId: string,
  senders: Senders | null,
): Promise<Answer | null> {
  const block = blockOf(senders);
  if (block !== "no_mailbox" && block !== "mailbox_inactive" && block !== "pool_unfit") return null;
  const { mailboxes, pool, poolOff, retryAt } = await loadBlocked(tx, campaignId, senders);
  const at =
    mailboxes.flatMap(({ until }) => until ?? []).sort((a, b) => a.getTime() - b.getTime())[0] ?? retryAt;
  const blocked = (text: string): Answer => ({ code: block, kind: "warning", title, text, at });
  if (poolOff) return blocked(`The pool “${pool}” is switched off: switch it on ${settings}.`);
  if (block === "no_mailbox") {
    return pool === null
      ? blocked("Its mailbox was removed: clone the campaign and choose another mailbox.")
      : blocked(`The pool “${pool}” has no mailbox that takes part: add one ${settings}.`);
  }
  if (block === "pool_unfit")
    return blocked(`None of the mailboxes of its pool “${pool}” is fit to send now: ${unfitText(senders)}.`);
  const [first] = mailboxes;
  if (mailboxes.length > 1)
    return blocked(
      `None of the ${mailboxes.length} mailboxes of its pool can send: look at them ${settings}.`,
    );
  return blocked(first ? mailboxText(first) : `Its mailbox cannot send: test it ${settings}.`);
}

/** Why mailboxes of its pool get nobody new; empty when all of them do. */
export const unfitText = (senders: Pick<Senders, "accounts"> | null): string =>
  (senders?.accounts ?? [])
    .flatMap(({ email, status, unfit }) =>
      status === "active" && unfit !== null ? `${email} (${unfit})` : [],
    )
    .join(", ");

function mailboxText({ email, status, reason, until, error }: Mailbox): string {
  const why = sentence(reason ?? error);
  switch (status) {
    case "pending":
      return `Its mailbox cannot send: ${email} has never been tested. Test it ${settings}.`;
    case "paused":
      return `Its mailbox cannot send: somebody paused ${email}. Let it go on ${settings}.${why}`;
    case "disabled":
      return `Its mailbox cannot send: ${email} is switched off. Switch it on ${settings}.${why}`;
    case "cooling_down":
    case "rate_limited":
      return `Its mailbox cannot send: ${email} rests${until ? " for a while" : ""}.${why}`;
    default:
      return `Its mailbox cannot send: test ${email} ${settings}.${why}`;
  }
}

const sentence = (text: string | null) => (text ? ` ${text.replace(/[.!]?$/, ".")}` : "");

async function loadBlocked(tx: TenantTx, campaignId: string, senders: Senders | null): Promise<Blocked> {
  const [row] = await tx.execute<Blocked>(sql`
    select p.name as pool, coalesce(not p.is_active, false) as "poolOff",
      (select min(d.wakes_at) from step_drivers d join campaign_steps s on s.id = d.step_id and s.step_type = 'email'
        where d.campaign_id = k.id and d.wakes_at > app_now()) as "retryAt"
    from campaigns k left join rotation_pools p on p.id = k.rotation_pool_id where k.id = ${campaignId}::uuid`);
  const mailboxes = await tx.execute<Mailbox>(sql`
    select email, status, status_reason as reason, status_until as until, last_error as error from email_accounts
    where id = any(${sql.param((senders?.accounts ?? []).map(({ id }) => id))}::uuid[]) order by email`);
  return {
    mailboxes: [...mailboxes],
    pool: row?.pool ?? null,
    poolOff: row?.poolOff ?? false,
    retryAt: row?.retryAt ?? null,
  };
}
