import { emailAccounts } from "#db/schema/email-accounts";
import type { TenantTx } from "#db/tenancy";

/** A mailbox of the built-in sandbox, so that a new workspace can try a campaign before it connects its own mailbox. */
export async function insertDefaultSender(
  tx: TenantTx,
  { slug, name }: { slug: string; name: string },
): Promise<void> {
  await tx.insert(emailAccounts).values({
    email: `hello@${slug}.example`,
    displayName: name,
    provider: "sandbox",
    status: "active",
    isDefault: true,
  });
}
