import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { appNow } from "#db/clock";
import { parseTemplate } from "#server/mail/liquid";
import { mergeValues } from "#server/mail/merge-fields";
import { mergeContacts, stepMessage } from "#server/mail/queries";
import { unsubscribeUrl } from "./addresses.ts";
import type { LinkToken } from "./tokens.ts";

type LinkRow = { url: string; stepVersionId: string | null; contactId: string | null };

/**
 * Where a click leads: the stored target, with the recipient's values filled in as they are now. Null when the message
 * or the link is gone, or the target is no web address.
 */
export async function clickTarget(tx: TenantTx, token: LinkToken): Promise<string | null> {
  const [link] = await tx.execute<LinkRow>(sql`
    select l.url, m.step_version_id as "stepVersionId", m.contact_id as "contactId"
    from content.email_messages m join tracked_links l
      on l.link_index = ${token.linkIndex} and (l.message_id = m.id
        or (l.message_id is null and l.step_version_id = m.step_version_id))
    where m.id = ${token.messageId}::uuid order by l.message_id nulls last limit 1`);
  if (!link) return null;
  const url = link.url.includes("{{") ? await filledIn(tx, link, token) : link.url;
  const target = url === null ? null : URL.parse(url);
  return target && /^https?:$/.test(target.protocol) ? target.href : null;
}

async function filledIn(
  tx: TenantTx,
  { url, stepVersionId, contactId }: LinkRow,
  token: LinkToken,
): Promise<string | null> {
  const contact = contactId ? (await mergeContacts(tx, [contactId])).get(contactId) : undefined;
  if (!contact || !stepVersionId) return null;
  const { origin } = await stepMessage(tx, stepVersionId);
  const values = mergeValues(contact, origin.sender, {
    now: await appNow(tx),
    unsubscribeUrl: unsubscribeUrl(token),
  });
  return parseTemplate(url).render(values, "text").trim();
}
