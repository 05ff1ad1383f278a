import { eq, sql } from "drizzle-orm";
import { domainToASCII } from "node:url";
import { liftedSuppressions, suppressions } from "#db/schema/suppressions";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { readEmail } from "#server/contacts/address";
import { mayReturn, returns } from "#server/contacts/standing";
import { exitContacts } from "#server/enrollments/exits";
import { AppError } from "#server/errors";
import type { SuppressionAddInput, SuppressionRemoveInput } from "./schema.ts";

/** Addresses that could not be read, each with its sentence. */
export type RejectedAddress = { email: string; problem: string };

/**
 * Closes addresses and domains to this workspace or the whole organization, and takes their contacts in this workspace
 * out of its campaigns; contacts elsewhere are left out when their mail is due. Adding one twice changes nothing. Lines
 * that are no address are given back and the others are added.
 */
export async function addSuppressions(
  tx: TenantTx,
  userId: string,
  { emails, reason, scope }: SuppressionAddInput,
): Promise<{ added: number; already: number; rejected: RejectedAddress[] }> {
  const typed = [
    ...new Set(
      emails
        .split(/[\n,;]+/)
        .map((each) => each.trim())
        .filter(Boolean),
    ),
  ];
  const read = typed.map((email) => ({ email, ...readKey(email) }));
  const rejected = read.flatMap((each) =>
    "problem" in each ? [{ email: each.email, problem: each.problem }] : [],
  );
  const keys = [...new Set(read.flatMap((each) => ("normalized" in each ? [each.normalized] : [])))].sort();
  await exitSuppressed(tx, keys);
  const added = await tx.execute<{ id: string }>(sql`
    insert into ${suppressions} (email_normalized, scope, workspace_id, reason, source, added_by)
    select email, ${scope}, case when ${scope} = 'workspace' then current_setting('app.current_workspace_id')::uuid end,
      ${reason}, 'manual', ${userId}::uuid
    from unnest(${sql.param(keys)}::text[]) as email
    on conflict do nothing returning id`);
  if (added.length > 0) {
    await recordAct(tx, {
      actorId: userId,
      action: "suppressions.added",
      resourceType: "suppression",
      after: { count: added.length, reason, scope },
    });
  }
  return { added: added.length, already: keys.length - added.length, rejected };
}

/** An address, or a whole domain written as "@example.com" or "*@example.com". */
export function readKey(typed: string): { normalized: string } | { problem: string } {
  // A file that a spreadsheet could open holds '@example.com.
  const domain = /^'?\*?@(.+)$/.exec(typed)?.[1];
  if (domain === undefined) return readEmail(typed);
  const ascii = domainToASCII(domain).toLowerCase();
  if (/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/.test(ascii))
    return { normalized: `@${ascii}` };
  return { problem: `"${domain}" is not a domain that can get mail. It should look like @example.com.` };
}

/** Takes the contacts of these addresses and domains out of the workspace's campaigns. */
export async function exitSuppressed(tx: TenantTx, keys: string[]): Promise<void> {
  const domains = keys.filter((key) => key.startsWith("@"));
  const contacts = await tx.execute<{ id: string }>(sql`
    select id from contacts where email_normalized = any(${sql.param(keys)}::text[]) and deleted_at is null
    union
    select c.id from campaign_contacts e join contacts c on c.id = e.contact_id
    where ${domains.length > 0} and e.status in ('enrolled', 'active', 'paused')
      and '@' || split_part(c.email_normalized, '@', 2) = any(${sql.param(domains)}::text[])
    order by id`);
  await exitContacts(tx, { contactIds: contacts.map(({ id }) => id), reason: "suppressed" });
}

/** A complaint binds the organization, and no tenant can lift it. */
export const complaints: readonly string[] = ["complained", "complaint", "spam"];
/** Reasons that only the person concerned can take back, unless a colleague noted them by hand. */
export const final: readonly string[] = ["unsubscribed", ...complaints];

/**
 * Opens an address again, on evidence that goes to the audit log. Contacts that were unsubscribed by hand are active
 * again; the status of others is their own.
 *
 * @throws AppError not_found; forbidden when the owner of the address closed it, by a complaint say, or when it is
 *   closed for the whole organization and the person asking does not speak for that
 */
export async function removeSuppression(
  tx: TenantTx,
  userId: string,
  { id, evidence, mayOpenOrganization }: SuppressionRemoveInput & { mayOpenOrganization: boolean },
): Promise<void> {
  const [found] = await tx.select().from(suppressions).where(eq(suppressions.id, id));
  if (!found) throw new AppError("not_found", "This suppression does not exist.");
  if (found.scope === "tenant" && complaints.includes(found.reason))
    throw new AppError(
      "forbidden",
      "This person reported a mail as spam. That is final for the whole organization.",
    );
  if (found.scope === "tenant" && !mayOpenOrganization)
    throw new AppError(
      "forbidden",
      "This address is closed for the whole organization. Only an owner or admin of the organization can open it.",
    );
  if (final.includes(found.reason) && found.source !== "manual") {
    throw new AppError(
      "forbidden",
      "This person asked for it. Only they can take it back, with the link in any mail they got from you.",
    );
  }
  await tx.delete(suppressions).where(eq(suppressions.id, id));
  // The timelines of whom it was about read it there.
  const { emailNormalized, scope, workspaceId, reason, addedBy, createdAt: addedAt } = found;
  const lifted = { emailNormalized, scope, workspaceId, reason, addedBy, addedAt, liftedBy: userId };
  await tx.insert(liftedSuppressions).values(lifted);
  if (found.reason === "unsubscribed") await resubscribe(tx, found.emailNormalized, evidence);
  await recordAct(tx, {
    actorId: userId,
    action: "suppression.removed",
    resourceType: "suppression",
    resourceId: id,
    before: { email: found.emailNormalized, reason: found.reason, scope: found.scope },
    after: { evidence },
  });
}

async function resubscribe(tx: TenantTx, email: string, evidence: string): Promise<void> {
  await tx.execute(sql`
    with back as (
      update contacts set ${returns}, consent_basis = 'opt_in', consent_source = 'noted by hand',
        consent_at = app_now(), version = version + 1, updated_at = app_now()
      where email_normalized = ${email} and ${mayReturn} and deleted_at is null returning id
    ), consent as (
      insert into consent_records (contact_id, action, basis, source)
      select id, 'granted', 'opt_in', ${evidence}::text from back
    )
    insert into contact_events (contact_id, type, data)
    select id, 'contact.resubscribed', jsonb_build_object('source', 'by hand') from back`);
}
