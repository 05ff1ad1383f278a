import { deleteSegment } from "#server/segments/mutations";
import { listSegments } from "#server/segments/listing";
import { usesOf } from "#server/segments/queries";
import { segmentListInput } from "#server/segments/schema";
import { allowed, router } from "#server/trpc";
import { addAddresses, addMembers, createList, removeMembers, updateList } from "./mutations.ts";
import { getList } from "./queries.ts";
import { listAddressesInput, listInput, listMembersInput, listRef, listUpdate } from "./schema.ts";

export const listsRouter = router({
  list: allowed("contacts:read")
    .input(segmentListInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => listSegments(tx, "static", input))),
  byId: allowed("contacts:read")
    .input(listRef)
    .query(({ ctx, input }) =>
      ctx.tenant(async (tx) => ({ ...(await getList(tx, input.id)), uses: await usesOf(tx, input.id) })),
    ),
  create: allowed("segments:write")
    .input(listInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => createList(tx, input, ctx.session.user.id))),
  update: allowed("segments:write")
    .input(listUpdate)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => updateList(tx, input, ctx.session.user.id))),
  delete: allowed("segments:write")
    .input(listRef)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => deleteSegment(tx, input.id, ctx.session.user.id))),
  add: allowed("contacts:write")
    .input(listMembersInput)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => addMembers(tx, { ...input, author: { actorId: ctx.session.user.id } })),
    ),
  addAddresses: allowed("contacts:write")
    .input(listAddressesInput)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => addAddresses(tx, { ...input, author: { actorId: ctx.session.user.id } })),
    ),
  remove: allowed("contacts:write")
    .input(listMembersInput)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => removeMembers(tx, { ...input, author: { actorId: ctx.session.user.id } })),
    ),
});
