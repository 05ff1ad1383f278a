import { allowed, router } from "#server/trpc";
import { signDownload } from "./download.ts";
import { cancelExport } from "./mutations.ts";
import { getExport, listExports } from "./queries.ts";
import { countMax, exportCountInput, exportInput, exportListInput, exportRef } from "./schema.ts";
import { countSelected } from "./selection.ts";
import { startExport } from "./start.ts";

export const exportsRouter = router({
  list: allowed("contacts:export")
    .input(exportListInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => listExports(tx, input))),
  byId: allowed("contacts:export")
    .input(exportRef)
    .query(({ ctx, input }) => ctx.tenant((tx) => getExport(tx, input.id))),
  /** How many contacts an export would hold now, counted up to `countMax`. */
  count: allowed("contacts:export")
    .input(exportCountInput)
    .query(({ ctx, input }) =>
      ctx.tenant(async (tx) => {
        const count = await countSelected(tx, input);
        return { count: Math.min(count, countMax), more: count > countMax };
      }),
    ),
  create: allowed("contacts:export")
    .input(exportInput)
    .mutation(({ ctx, input }) => startExport(ctx.member.scope, input)),
  cancel: allowed("contacts:export")
    .input(exportRef)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => cancelExport(tx, input.id, ctx.member.scope.userId ?? null)),
    ),
  /** A link to the file that works for a few minutes. */
  link: allowed("contacts:export")
    .input(exportRef)
    .mutation(({ ctx, input }) => signDownload(ctx.member.scope, input.id)),
});
