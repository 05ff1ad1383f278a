import { createContacts, createList } from "#db/factories";
import { withTenant } from "#db/tenancy";
import type { newTenant } from "#db/testing";
import type { StepContent } from "./schema.ts";

/** A finished email step. */
export const email: Extract<StepContent, { type: "email" }> = {
  type: "email",
  templateId: null,
  templateVersion: null,
  subjectLine: "Hello {{ first_name }}",
  previewText: "",
  emailContent: "<p>Hello</p>",
  sender: null,
  replyInThread: false,
  attachments: [],
  review: null,
  sendTime: null,
  test: null,
};

/** A draft as a person would make it: one finished email, sent to a list of two. */
export async function finishedDraft(tenant: Awaited<ReturnType<typeof newTenant>>) {
  const { caller, scope } = tenant;
  const list = await withTenant(scope, async (tx) =>
    createList(tx, {
      contactIds: await createContacts(tx, [{ email: "ada@example.test" }, { email: "bob@example.test" }]),
    }),
  );
  const { id } = await caller.campaigns.create({ name: "Welcome", type: "drip" });
  const draft = await caller.campaigns.byId({ id });
  const first = draft.steps[0]?.id ?? "";
  const saved = await caller.campaigns.saveStep({
    id,
    version: draft.version,
    stepId: first,
    content: email,
  });
  const ready = await caller.campaigns.updateAudience({
    id,
    version: saved.version,
    audience: { everyone: false, include: [list], exclude: [] },
  });
  return { id, first, campaign: ready, list };
}
