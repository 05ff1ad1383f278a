import { answerForContact } from "#server/analytics/why-contact";
import { allowed, router } from "#server/trpc";
import { commitThenSend } from "#server/drivers/events";
import { endSnooze, snoozeFor } from "#server/enrollments/snooze";
import { eraseContact } from "./erase.ts";
import { listContacts } from "./listing.ts";
import { readView } from "./view.ts";
import { listTimeline } from "./timeline.ts";
import { moveContact } from "./lifecycle.ts";
import { mergeContacts } from "./merge.ts";
import { foreseeMerge } from "./merge-preview.ts";
import { mergeInput, mergePair } from "./merge-schema.ts";
import { chooseOwner } from "./owners.ts";
import { addTag, createContact, editContactField, removeTag, updateContact } from "./mutations.ts";
import { getContact, hasContacts, listConsent, listContactCampaigns, listHindrances } from "./queries.ts";
import { chooseColumns, findColumns } from "./columns.ts";
import {
  contactColumnsInput,
  contactFieldEdit,
  contactInput,
  contactListInput,
  contactOwnerInput,
  contactQueryInput,
  contactRef,
  contactSnoozeInput,
  contactTagInput,
  contactUpdate,
  timelineInput,
} from "./schema.ts";

export const contactsRouter = router({
  /** What of a URL of the list can be shown, and what of it cannot. */
  readView: allowed("contacts:read")
    .input(contactQueryInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => readView(tx, input))),
  list: allowed("contacts:read")
    .input(contactListInput)
    .query(({ ctx, input }) =>
      ctx.tenant(async (tx) => {
        const page = await listContacts(tx, input);
        return { ...page, any: page.rows.length > 0 || (await hasContacts(tx)) };
      }),
    ),
  /** The columns of the list that this person chose for this workspace. */
  columns: allowed("contacts:read").query(({ ctx }) => ctx.tenant((tx) => findColumns(tx))),
  chooseColumns: allowed("contacts:read")
    .input(contactColumnsInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => chooseColumns(tx, input.columns))),
  byId: allowed("contacts:read")
    .input(contactRef)
    .query(({ ctx, input }) => ctx.tenant((tx) => getContact(tx, input.id))),
  /** Reasons why this contact is not mailed. */
  hindrances: allowed("contacts:read")
    .input(contactRef)
    .query(({ ctx, input }) => ctx.tenant((tx) => listHindrances(tx, input.id))),
  /** Why nothing is being sent to this contact, or what is next. */
  why: allowed("contacts:read")
    .input(contactRef)
    .query(({ ctx, input }) => ctx.tenant((tx) => answerForContact(tx, input.id))),
  timeline: allowed("contacts:read")
    .input(timelineInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => listTimeline(tx, input))),
  campaigns: allowed("contacts:read")
    .input(contactRef)
    .query(({ ctx, input }) => ctx.tenant((tx) => listContactCampaigns(tx, input.id))),
  create: allowed("contacts:write")
    .input(contactInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => createContact(tx, input, ctx.session.user.id))),
  update: allowed("contacts:write")
    .input(contactUpdate)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => updateContact(tx, input, ctx.session.user.id))),
  edit: allowed("contacts:write")
    .input(contactFieldEdit)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => editContactField(tx, input, ctx.session.user.id))),
  unsubscribe: allowed("contacts:write")
    .input(contactRef)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => moveContact(tx, { ...input, act: "unsubscribe" }, ctx.session.user.id)),
    ),
  delete: allowed("contacts:delete")
    .input(contactRef)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => moveContact(tx, { ...input, act: "delete" }, ctx.session.user.id)),
    ),
  archive: allowed("contacts:write")
    .input(contactRef)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => moveContact(tx, { ...input, act: "archive" }, ctx.session.user.id)),
    ),
  restore: allowed("contacts:write")
    .input(contactRef)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => moveContact(tx, { ...input, act: "restore" }, ctx.session.user.id)),
    ),
  /** Puts a member in charge of a contact, or nobody. */
  chooseOwner: allowed("contacts:write")
    .input(contactOwnerInput)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) =>
        chooseOwner(tx, input, { actorId: ctx.session.user.id, workspaceId: ctx.member.workspace.id }),
      ),
    ),
  /** No campaign writes to them for so long. */
  snooze: allowed("contacts:write")
    .input(contactSnoozeInput)
    .mutation(async ({ ctx, input }) => {
      const scope = { tenantId: ctx.member.workspace.tenantId, workspaceId: ctx.member.workspace.id };
      await commitThenSend(scope, async (tx) => ({
        events: await snoozeFor(tx, {
          scope,
          contactIds: [(await getContact(tx, input.id)).id],
          days: input.days,
          author: { actorId: ctx.session.user.id },
        }),
      }));
    }),
  /** Campaigns may write to them again. */
  endSnooze: allowed("contacts:write")
    .input(contactRef)
    .mutation(async ({ ctx, input }) => {
      const scope = { tenantId: ctx.member.workspace.tenantId, workspaceId: ctx.member.workspace.id };
      await commitThenSend(scope, async (tx) => ({
        events: await endSnooze(tx, {
          scope,
          contactId: (await getContact(tx, input.id)).id,
          author: { actorId: ctx.session.user.id },
        }),
      }));
    }),
  /** What merging two contacts would do. Merging is for those who may delete: one of the two goes. */
  mergePreview: allowed("contacts:delete")
    .input(mergePair)
    .query(({ ctx, input }) => ctx.tenant((tx) => foreseeMerge(tx, input))),
  /** Makes one contact of two. */
  merge: allowed("contacts:delete")
    .input(mergeInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => mergeContacts(tx, input, ctx.session.user.id))),
  /** Erases a person for good: their data, not the numbers. */
  erase: allowed("contacts:delete")
    .input(contactRef)
    .mutation(({ ctx, input }) =>
      eraseContact({ ...ctx.member.scope, userId: ctx.session.user.id }, input.id),
    ),
  /** Consent that was given and taken back, newest first. */
  consent: allowed("contacts:read")
    .input(contactRef)
    .query(({ ctx, input }) => ctx.tenant((tx) => listConsent(tx, input.id))),
  addTag: allowed("contacts:write")
    .input(contactTagInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => addTag(tx, input, ctx.session.user.id))),
  removeTag: allowed("contacts:write")
    .input(contactTagInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => removeTag(tx, input, ctx.session.user.id))),
});
