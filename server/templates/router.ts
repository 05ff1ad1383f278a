import { allowed, router } from "#server/trpc";
import {
  createTemplate,
  duplicateTemplate,
  removeTemplate,
  restoreTemplateVersion,
  saveTemplate,
} from "./mutations.ts";
import {
  getTemplate,
  getTemplateVersion,
  listPreviewContacts,
  listTemplates,
  listTemplateVersions,
} from "./queries.ts";
import {
  emptyMergesInput,
  personSearchInput,
  templateIdInput,
  templateInput,
  templateListInput,
  templatePreviewInput,
  templateRestoreInput,
  templateSaveInput,
  templateTestInput,
  templateVersionInput,
} from "./schema.ts";
import { previewTemplate, sendTemplateTest, templateEmptyMerges } from "./trial.ts";

const reads = allowed("campaigns:read");
const writes = allowed("templates:write");

export const templatesRouter = router({
  list: reads
    .input(templateListInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => listTemplates(tx, input))),
  byId: reads.input(templateIdInput).query(({ ctx, input }) => ctx.tenant((tx) => getTemplate(tx, input.id))),
  versions: reads
    .input(templateIdInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => listTemplateVersions(tx, input.id))),
  version: reads
    .input(templateVersionInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => getTemplateVersion(tx, input.id, input.number))),
  previewContacts: reads
    .input(personSearchInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => listPreviewContacts(tx, input.q))),
  /** A mutation only because a body can be too long for an address. It changes nothing. */
  preview: reads
    .input(templatePreviewInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => previewTemplate(tx, input))),
  /** A mutation for the same reason. */
  emptyMerges: reads
    .input(emptyMergesInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => templateEmptyMerges(tx, input))),

  create: writes
    .input(templateInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => createTemplate(tx, ctx.session.user.id, input))),
  save: writes
    .input(templateSaveInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => saveTemplate(tx, ctx.session.user.id, input))),
  restore: writes
    .input(templateRestoreInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => restoreTemplateVersion(tx, ctx.session.user.id, input))),
  duplicate: writes
    .input(templateIdInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => duplicateTemplate(tx, ctx.session.user.id, input.id))),
  remove: writes
    .input(templateIdInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => removeTemplate(tx, ctx.session.user.id, input.id))),
  sendTest: writes
    .input(templateTestInput)
    .mutation(({ ctx, input }) => sendTemplateTest(ctx.member.scope, input)),
});
