import { allowed, router } from "#server/trpc";
import {
  addTemplateComment,
  listTemplateComments,
  removeTemplateComment,
  settleTemplateComment,
} from "./comments.ts";
import { checkDelivery } from "./delivery.ts";
import {
  createTemplateFolder,
  listTemplateFolders,
  removeTemplateFolder,
  renameTemplateFolder,
} from "./folders.ts";
import {
  archiveTemplate,
  createTemplate,
  duplicateTemplate,
  nameTemplateVersion,
  placeTemplate,
  removeTemplate,
  restoreTemplateVersion,
  saveTemplate,
  unarchiveTemplate,
} from "./mutations.ts";
import {
  getTemplate,
  getTemplateVersion,
  listPreviewContacts,
  listTemplates,
  listTemplateTags,
  listTemplateVersions,
  problemsIn,
} from "./queries.ts";
import {
  emptyMergesInput,
  personSearchInput,
  templateCheckInput,
  templateCommentInput,
  templateCommentRef,
  templateCommentsInput,
  templateFolderInput,
  templateFolderRename,
  templateIdInput,
  templateInput,
  templateLabelInput,
  templateListInput,
  templatePlaceInput,
  templatePreviewInput,
  templateRestoreInput,
  templateSaveInput,
  templateSettleInput,
  templateTestInput,
  templateVersionInput,
  textPartInput,
} from "./schema.ts";
import { derivedText, previewTemplate, sendTemplateTest, templateEmptyMerges } from "./trial.ts";
import { listTemplateUsage } from "./usage.ts";

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
  folders: reads.query(({ ctx }) => ctx.tenant(listTemplateFolders)),
  tags: reads.query(({ ctx }) => ctx.tenant(listTemplateTags)),
  usage: reads.input(templateIdInput).query(({ ctx, input }) =>
    ctx.tenant(async (tx) => {
      await getTemplate(tx, input.id);
      return listTemplateUsage(tx, input.id);
    }),
  ),
  comments: reads
    .input(templateCommentsInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => listTemplateComments(tx, input, ctx.member))),
  previewContacts: reads
    .input(personSearchInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => listPreviewContacts(tx, input.q))),
  /** A mutation only because a body can be too long for an address. It changes nothing. */
  preview: reads
    .input(templatePreviewInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => previewTemplate(tx, input))),
  /** Mutations for the same reason. */
  check: reads.input(templateCheckInput).mutation(({ input }) => problemsIn(input)),
  textPart: reads.input(textPartInput).mutation(({ input }) => derivedText(input.html)),
  emptyMerges: reads
    .input(emptyMergesInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => templateEmptyMerges(tx, input))),
  checkDelivery: reads
    .input(templatePreviewInput)
    .mutation(({ ctx, input }) => checkDelivery(ctx.member.scope, input)),

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
  place: writes
    .input(templatePlaceInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => placeTemplate(tx, input))),
  nameVersion: writes
    .input(templateLabelInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => nameTemplateVersion(tx, input))),
  archive: writes
    .input(templateIdInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => archiveTemplate(tx, ctx.session.user.id, input.id))),
  unarchive: writes
    .input(templateIdInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => unarchiveTemplate(tx, ctx.session.user.id, input.id))),
  comment: writes
    .input(templateCommentInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => addTemplateComment(tx, input, ctx.member))),
  settleComment: writes
    .input(templateSettleInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => settleTemplateComment(tx, input))),
  removeComment: writes
    .input(templateCommentRef)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => removeTemplateComment(tx, input.commentId, ctx.member))),
  createFolder: writes
    .input(templateFolderInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => createTemplateFolder(tx, input.name))),
  renameFolder: writes
    .input(templateFolderRename)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => renameTemplateFolder(tx, input))),
  removeFolder: writes
    .input(templateIdInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => removeTemplateFolder(tx, input.id))),
  sendTest: writes
    .input(templateTestInput)
    .mutation(({ ctx, input }) => sendTemplateTest(ctx.member.scope, input)),
});
