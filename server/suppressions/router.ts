import { AppError } from "#server/errors";
import { grants } from "#server/permissions";
import { allowed, router } from "#server/trpc";
import { addSuppressions, removeSuppression } from "./mutations.ts";
import { listSuppressions, writeSuppressions } from "./queries.ts";
import { restoreSuppressions } from "./restore.ts";
import {
  suppressionAddInput,
  suppressionFileInput,
  suppressionListInput,
  suppressionRemoveInput,
} from "./schema.ts";

function refuseOrganization(member: Parameters<typeof grants>[0], { scope }: { scope: string }): void {
  if (scope === "tenant" && !grants(member, "organization:settings"))
    throw new AppError(
      "forbidden",
      "Only an owner or admin of the organization can close an address for all of it.",
    );
}

export const suppressionsRouter = router({
  list: allowed("contacts:read")
    .input(suppressionListInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => listSuppressions(tx, input))),
  /** A piece of the list as a file. */
  file: allowed("contacts:export")
    .input(suppressionListInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => writeSuppressions(tx, input))),
  add: allowed("contacts:write")
    .input(suppressionAddInput)
    .mutation(({ ctx, input }) => {
      refuseOrganization(ctx.member, input);
      return ctx.tenant((tx) => addSuppressions(tx, ctx.session.user.id, input));
    }),
  /** A piece of a list that was downloaded, back in. */
  addFile: allowed("contacts:write")
    .input(suppressionFileInput)
    .mutation(({ ctx, input }) => {
      refuseOrganization(ctx.member, input);
      const mayCloseOrganization = grants(ctx.member, "organization:settings");
      return ctx.tenant((tx) =>
        restoreSuppressions(tx, ctx.session.user.id, { ...input, mayCloseOrganization }),
      );
    }),
  remove: allowed("suppressions:remove")
    .input(suppressionRemoveInput)
    .mutation(({ ctx, input }) => {
      const mayOpenOrganization = grants(ctx.member, "organization:settings");
      return ctx.tenant((tx) =>
        removeSuppression(tx, ctx.session.user.id, { ...input, mayOpenOrganization }),
      );
    }),
});
