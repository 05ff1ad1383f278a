import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { changesOf } from "#server/ab-tests/variants";
import type { CheckedStep, LaunchFacts, Problem } from "./checks.ts";
import { numbered } from "./titles.ts";

const domainOf = (address: string) => address.toLowerCase().split("@").at(-1);

/** Emails with a sender of their own that the mailbox's domain does not cover: receivers would refuse them. */
export function stepSenderProblems(
  steps: readonly CheckedStep[],
  mailbox: Pick<NonNullable<LaunchFacts["mailbox"]>, "email" | "sandbox" | "pool"> | null,
): Problem[] {
  // A pool’s mailboxes write under their own addresses.
  if (!mailbox || mailbox.sandbox || mailbox.pool) return [];
  return steps.flatMap((step, index): Problem[] => {
    if (step.type !== "email") return [];
    const { test } = step;
    const senders = [step.sender, ...(test?.variants.map((_, place) => changesOf(test, place).sender) ?? [])];
    const address = senders
      .map((sender) => sender?.fromEmail ?? "")
      .find((each) => each !== "" && domainOf(each) !== domainOf(mailbox.email));
    if (!address) return [];
    const message = `${numbered(step, index)} is from ${address}, which is not of the mailbox’s domain (${domainOf(mailbox.email) ?? ""}): receivers would refuse it. Choose another address.`;
    return [{ code: "sender_domain", severity: "blocker", where: "steps", message, stepId: step.id }];
  });
}

/** The mailbox that a campaign sends from, as far as its senders are concerned. */
export async function mailboxOf(
  tx: TenantTx,
  campaignId: string,
): Promise<{ email: string; sandbox: boolean } | null> {
  const [row] = await tx.execute<{ email: string; sandbox: boolean }>(sql`
    select a.email, a.provider = 'sandbox' as sandbox
    from campaigns k join email_accounts a on a.id = k.email_account_id where k.id = ${campaignId}::uuid`);
  return row ?? null;
}
