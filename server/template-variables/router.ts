import { allowed, router } from "#server/trpc";
import { createTemplateVariable, removeTemplateVariable, updateTemplateVariable } from "./mutations.ts";
import { listTemplateVariables } from "./queries.ts";
import { templateVariableInput, templateVariableRef, templateVariableUpdate } from "./schema.ts";

export const templateVariablesRouter = router({
  list: allowed("campaigns:read").query(({ ctx }) => ctx.tenant(listTemplateVariables)),
  create: allowed("workspace:settings")
    .input(templateVariableInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => createTemplateVariable(tx, input, ctx.session.user.id))),
  update: allowed("workspace:settings")
    .input(templateVariableUpdate)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => updateTemplateVariable(tx, input, ctx.session.user.id))),
  remove: allowed("workspace:settings")
    .input(templateVariableRef)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => removeTemplateVariable(tx, input.id, ctx.session.user.id)),
    ),
});
