import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import { createCampaign, createContacts } from "#db/factories";
import { type TenantTx, withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";

type Message = {
  status: string;
  sent?: boolean;
  opened?: boolean;
  clicked?: boolean;
  bounced?: boolean;
  unsubscribed?: boolean;
  machine?: boolean;
  test?: boolean;
};

/** A message with the columns and the events that sending and tracking would have left behind. */
export async function writeMessage(
  tx: TenantTx,
  of: { campaignId: string; stepId: string; contactId: string },
  message: Message,
) {
  const id = v7();
  const when = (flag: boolean | undefined) => (flag ? sql`app_now()` : sql`null`);
  await tx.execute(sql`
    insert into content.email_messages (id, campaign_id, step_id, contact_id, email_account_id, from_email, to_email, delivery_status, is_test,
      sent_at, first_opened_at, first_clicked_at, bounced_at, unsubscribed_at, machine_open_count)
    values (${id}::uuid, ${of.campaignId}::uuid, ${of.stepId}::uuid, ${of.contactId}::uuid, (select id from email_accounts limit 1), 'a@x.test', 'b@x.test', ${message.status},
      ${message.test ?? false}, ${when(message.sent)}, ${when(message.opened)}, ${when(message.clicked)}, ${when(message.bounced)},
      ${when(message.unsubscribed)}, ${message.machine ? 1 : 0})`);
  const events = [
    ...(message.opened ? ["opened"] : []),
    ...(message.clicked ? ["clicked", "clicked"] : []),
    ...(message.bounced ? ["bounced"] : []),
    ...(message.unsubscribed ? ["unsubscribed"] : []),
    ...(message.machine ? ["opened"] : []),
  ];
  for (const type of events) {
    const isMachine = message.machine === true && !message.opened;
    await tx.execute(sql`
      insert into email_events (message_id, campaign_id, step_id, contact_id, type, is_machine)
      values (${id}::uuid, ${of.campaignId}::uuid, ${of.stepId}::uuid, ${of.contactId}::uuid, ${type}, ${isMachine})`);
  }
}

export async function measured() {
  const tenant = await newTenant({ timezone: "Europe/Berlin" });
  const made = await withTenant(tenant.scope, async (tx) => {
    const { campaignId, stepIds } = await createCampaign(tx, {
      status: "active",
      launchedAt: new Date("2026-01-01T00:00:00Z"),
      steps: [{ stepType: "email" }, { stepType: "wait" }, { stepType: "email" }],
    });
    const [contactId = ""] = await createContacts(tx, [{ email: "ada@example.test" }]);
    const of = { campaignId, stepId: stepIds[0] ?? "", contactId };
    const sent = { status: "sent", sent: true };
    await writeMessage(tx, of, { ...sent, opened: true, clicked: true });
    await writeMessage(tx, of, { ...sent, opened: true });
    await writeMessage(tx, of, { ...sent, machine: true });
    await writeMessage(tx, of, { status: "bounced", sent: true, bounced: true });
    await writeMessage(
      tx,
      { ...of, stepId: stepIds[2] ?? "" },
      { ...sent, opened: true, unsubscribed: true },
    );
    await writeMessage(tx, of, { status: "failed" });
    await writeMessage(tx, of, { status: "unknown" });
    await writeMessage(tx, of, { status: "queued" });
    await writeMessage(tx, of, { ...sent, opened: true, test: true });
    return { campaignId, stepIds, contactId };
  });
  return { ...tenant, ...made };
}
