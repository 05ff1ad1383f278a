import { z } from "zod";
import { allowed, router } from "#server/trpc";
import { archiveCustomField, createCustomField, orderCustomFields, updateCustomField } from "./mutations.ts";
import { listCustomFields } from "./queries.ts";
import { customFieldInput, customFieldOrder, customFieldRef, customFieldUpdate } from "./schema.ts";

export const customFieldsRouter = router({
  list: allowed("contacts:read")
    .input(z.object({ archived: z.boolean().default(false) }).optional())
    .query(({ ctx, input }) => ctx.tenant((tx) => listCustomFields(tx, input))),
  create: allowed("workspace:settings")
    .input(customFieldInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => createCustomField(tx, input, ctx.session.user.id))),
  update: allowed("workspace:settings")
    .input(customFieldUpdate)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => updateCustomField(tx, input, ctx.session.user.id))),
  archive: allowed("workspace:settings")
    .input(customFieldRef)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => archiveCustomField(tx, { ...input, archived: true }, ctx.session.user.id)),
    ),
  restore: allowed("workspace:settings")
    .input(customFieldRef)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => archiveCustomField(tx, { ...input, archived: false }, ctx.session.user.id)),
    ),
  order: allowed("workspace:settings")
    .input(customFieldOrder)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => orderCustomFields(tx, input.ids))),
});
