import { contactEditRequested, onceId } from "#inngest/events";
import { AppError } from "#server/errors";
import { announce } from "#server/imports/announce";
import { grants } from "#server/permissions";
import { allowed, router } from "#server/trpc";
import { cancelContactEdit, createContactEdit } from "./mutations.ts";
import { getContactEdit, listContactEdits, listEditFailures } from "./queries.ts";
import { contactEditFailureList, contactEditInput, contactEditList, contactEditRef } from "./schema.ts";

export const contactEditsRouter = router({
  list: allowed("contacts:read")
    .input(contactEditList)
    .query(({ ctx, input }) => ctx.tenant((tx) => listContactEdits(tx, input))),
  byId: allowed("contacts:read")
    .input(contactEditRef)
    .query(({ ctx, input }) => ctx.tenant((tx) => getContactEdit(tx, input.id))),
  failures: allowed("contacts:read")
    .input(contactEditFailureList)
    .query(({ ctx, input }) => ctx.tenant((tx) => listEditFailures(tx, input))),
  create: allowed("contacts:write")
    .input(contactEditInput)
    .mutation(async ({ ctx, input }) => {
      if (input.change.action === "delete" && !grants(ctx.member, "contacts:delete"))
        throw new AppError("forbidden", "Only an admin of the workspace may delete contacts.");
      const { id, fence } = await ctx.tenant((tx) => createContactEdit(tx, input, ctx.member.scope));
      if (fence !== null) {
        const { tenantId, workspaceId } = ctx.member.scope;
        const event = { tenantId, workspaceId, editId: id, fence };
        await announce(contactEditRequested.create(event, { id: onceId(contactEditRequested, id, fence) }));
      }
      return { id };
    }),
  cancel: allowed("contacts:write")
    .input(contactEditRef)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => cancelContactEdit(tx, input.id, ctx.session.user.id))),
});
