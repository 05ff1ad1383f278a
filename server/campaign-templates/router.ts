import { allowed, router } from "#server/trpc";
import { createFromTemplate, deleteCampaignTemplate, saveAsTemplate } from "./mutations.ts";
import { listCampaignTemplates } from "./queries.ts";
import { campaignFromTemplate, campaignTemplateRef, templateFromCampaign } from "./schema.ts";

const writes = allowed("campaigns:write");

export const campaignTemplatesRouter = router({
  list: allowed("campaigns:read").query(({ ctx }) => ctx.tenant(listCampaignTemplates)),
  save: writes
    .input(templateFromCampaign)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => saveAsTemplate(tx, { ...input, userId: ctx.session.user.id })),
    ),
  use: writes
    .input(campaignFromTemplate)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => createFromTemplate(tx, { ...input, userId: ctx.session.user.id })),
    ),
  remove: writes
    .input(campaignTemplateRef)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => deleteCampaignTemplate(tx, { ...input, userId: ctx.session.user.id })),
    ),
});
