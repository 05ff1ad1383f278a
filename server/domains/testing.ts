import { sql } from "drizzle-orm";
import { type Scope, withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { email, finishedDraft } from "#server/campaigns/testing";
import { keyName, newKey, recordOf } from "./keys.ts";
import { lookAgain } from "./looks.ts";
import { createDomain } from "./mutations.ts";

/** A domain whose record has been seen, so that its mail is signed. `record` is what stands in DNS under `name`. */
export async function addVerifiedDomain(
  scope: Scope,
  domain: string,
): Promise<{ id: string; name: string; record: string }> {
  const key = await newKey();
  const [name, record] = [keyName(domain, key.selector), recordOf(key.publicKey)];
  const { id } = await withTenant(scope, (tx) => createDomain(tx, null, { domain, key }));
  await lookAgain(scope, id, (asked) => Promise.resolve(asked === name ? [record] : []));
  return { id, name, record };
}

type Running = {
  /** A sender of its own for the only step. */
  stepFrom?: string;
};

/** A running campaign of a mailbox that sends real mail, from a domain whose key has been seen. */
export async function runningCampaign({ stepFrom }: Running = {}) {
  const tenant = await newTenant();
  const { caller, scope } = tenant;
  const { id, first, campaign } = await finishedDraft(tenant);
  const name = campaign.settings.fromEmail.split("@")[1] ?? "";
  let { version } = campaign;
  if (stepFrom !== undefined) {
    const sender = { fromName: "", fromEmail: stepFrom, replyTo: "" };
    ({ version } = await caller.campaigns.saveStep({
      id,
      version,
      stepId: first,
      content: { ...email, sender },
    }));
  }
  const key = await addVerifiedDomain(scope, name);
  const { problems } = await caller.campaigns.review({ id });
  const acknowledged = problems.map(({ code }) => code);
  await caller.campaigns.launch({ id, version, acknowledged });
  await withTenant(scope, async (tx) => {
    await tx.execute(sql`update email_accounts set provider = 'smtp'`);
    await tx.execute(sql`update domains set created_by = ${tenant.userId}::uuid`);
  });
  return { tenant, id, name, key };
}

/** Whether a campaign runs, and if not, why. */
export const standingOf = async ({ scope }: { scope: Scope }, id: string) => {
  const [row] = await withTenant(scope, (tx) =>
    tx.execute<{ status: string; why: string | null }>(
      sql`select status, pause_reason as why from campaigns where id = ${id}::uuid`,
    ),
  );
  return row;
};
