import { createCampaign, createContacts, createList, type Tenant } from "#db/factories";
import { withTenant } from "#db/tenancy";

/** A draft of one email to two people, with nothing left to do but to launch it. */
export const finishedCampaign = ({ scope, emailAccountId }: Tenant, emailContent = "<p>Hello</p>") =>
  withTenant(scope, async (tx) => {
    const contactIds = await createContacts(tx, [
      { email: "ada@people.test", firstName: "Ada" },
      { email: "bea@people.test", firstName: "Bea" },
    ]);
    const listId = await createList(tx, { contactIds });
    return createCampaign(tx, {
      name: "Spring news",
      emailAccountId,
      audience: { everyone: false, include: [listId], exclude: [] },
      steps: [{ stepType: "email", subjectLine: "Hello", emailContent }],
    });
  });
