import { exportRequested, onceId } from "#inngest/events";
import { announce } from "#server/imports/announce";
import { allowed, router } from "#server/trpc";
import { signDownload } from "./download.ts";
import { createExport } from "./mutations.ts";
import { getExport, listExports } from "./queries.ts";
import { exportInput, exportListInput, exportRef } from "./schema.ts";

export const exportsRouter = router({
  list: allowed("contacts:export")
    .input(exportListInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => listExports(tx, input))),
  byId: allowed("contacts:export")
    .input(exportRef)
    .query(({ ctx, input }) => ctx.tenant((tx) => getExport(tx, input.id))),
  create: allowed("contacts:export")
    .input(exportInput)
    .mutation(async ({ ctx, input }) => {
      const { id, fence } = await ctx.tenant((tx) => createExport(tx, input, ctx.member.scope));
      if (fence !== null) {
        const { tenantId, workspaceId } = ctx.member.scope;
        const event = { tenantId, workspaceId, exportId: id, fence };
        await announce(exportRequested.create(event, { id: onceId(exportRequested, id, fence) }));
      }
      return { id };
    }),
  /** A link to the file that works for a few minutes. */
  link: allowed("contacts:export")
    .input(exportRef)
    .mutation(({ ctx, input }) => signDownload(ctx.member.scope, input.id)),
});
