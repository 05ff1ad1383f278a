import { z } from "zod";
import type { Scope, TenantTx } from "#db/tenancy";
import { commitThenSend, type EventScope } from "#server/drivers/events";
import { listChoices } from "#server/segments/choices";
import { allowed, router } from "#server/trpc";
import { personSearchInput } from "#server/templates/schema";
import { countAudience } from "./audience.ts";
import { compareVersions } from "./compare-versions.ts";
import { copySteps } from "./copy-steps.ts";
import { editSteps } from "./edit-steps.ts";
import { checkEmails } from "./email-checks.ts";
import { endNow, reopen, setEnd } from "./ending.ts";
import { createGuided } from "./guided.ts";
import { listHistory } from "./history.ts";
import { checkLinks } from "./link-checks.ts";
import { decideUnknown, launch, pause, resume } from "./lifecycle.ts";
import * as mutations from "./mutations.ts";
import {
  getCampaign,
  listCampaigns,
  listLinkSources,
  listSenders,
  listTemplateChoices,
  type Campaign,
} from "./queries.ts";
import { removeCampaign, undeleteCampaign } from "./removal.ts";
import { reviewCampaign } from "./review.ts";
import { putAttachmentPart } from "./attachments.ts";
import {
  attachmentPartInput,
  audience,
  audienceInput,
  campaignEdit,
  campaignInput,
  campaignListInput,
  campaignRef,
  endInput,
  goalsInput,
  guidedInput,
  historyInput,
  launchInput,
  pauseInput,
  renameInput,
  resumeInput,
  scheduleInput,
  settingsInput,
  stepAdd,
  stepsCopy,
  stepsMove,
  stepsRemove,
  stepLink,
  stepPreviewInput,
  stepSave,
  stepViews,
  testSendInput,
  triggersInput,
  unknownInput,
  versionRestore,
  versionsCompare,
  versionsInput,
} from "./schema.ts";
import { scheduleLaunch, unscheduleLaunch } from "./schedule.ts";
import * as steps from "./step-mutations.ts";
import { redoEdit, restoreVersion, undoEdit } from "./undo.ts";
import { listVersions } from "./versions.ts";
import { chooseStepView, findStepView } from "./view.ts";
import { listPreviewContacts, previewStep, sendTest, stepEmptyMerges } from "./trial.ts";

const reads = allowed("campaigns:read");
const writes = allowed("campaigns:write");
const launches = allowed("campaigns:launch");

/** An edit answers with the campaign as it is now, so that the page never guesses. */
const after =
  (edit: (tx: TenantTx) => Promise<unknown>, id: string) =>
  async (tx: TenantTx): Promise<Campaign> => {
    await edit(tx);
    return getCampaign(tx, id);
  };

type Asking = { member: { scope: Scope & EventScope }; session: { user: { id: string } } };

/** The same for a change of the steps: it can be undone, and a running campaign hears of it once it is committed. */
const steered = async <Edit extends { id: string; version: number }>(
  { member: { scope }, session }: Asking,
  edit: Edit,
  work: (tx: TenantTx, scope: EventScope, edit: Edit) => ReturnType<Parameters<typeof editSteps>[2]>,
): Promise<Campaign> => {
  const { campaign } = await commitThenSend(scope, (tx) =>
    editSteps(tx, { edit, userId: session.user.id }, (inside) => work(inside, scope, edit)),
  );
  return campaign;
};

export const campaignsRouter = router({
  list: reads
    .input(campaignListInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => listCampaigns(tx, input))),
  byId: reads.input(campaignRef).query(({ ctx, input }) => ctx.tenant((tx) => getCampaign(tx, input.id))),
  history: reads.input(historyInput).query(({ ctx, input }) => ctx.tenant((tx) => listHistory(tx, input))),
  senders: reads.query(({ ctx }) => ctx.tenant(listSenders)),
  audienceChoices: reads.query(({ ctx }) => ctx.tenant(listChoices)),
  linkSources: reads.query(({ ctx }) => ctx.tenant(listLinkSources)),
  countAudience: reads
    .input(z.object({ audience }))
    .query(({ ctx, input }) => ctx.tenant((tx) => countAudience(tx, input.audience))),
  templates: reads.query(({ ctx }) => ctx.tenant(listTemplateChoices)),
  previewContacts: reads
    .input(campaignRef.extend(personSearchInput.partial().shape))
    .query(({ ctx, input }) => ctx.tenant((tx) => listPreviewContacts(tx, input))),
  previewStep: reads
    .input(stepPreviewInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => previewStep(tx, input))),
  emptyMerges: reads
    .input(stepPreviewInput.omit({ contactId: true, json: true }))
    .query(({ ctx, input }) => ctx.tenant((tx) => stepEmptyMerges(tx, input))),
  review: reads
    .input(campaignRef)
    .query(({ ctx, input }) => ctx.tenant((tx) => reviewCampaign(tx, input.id))),
  /** Parts of the review that ask other systems: mutations, so that nobody asks them by reading a page ahead. */
  checkEmails: reads.input(campaignRef).mutation(({ ctx, input }) => checkEmails(ctx.member.scope, input)),
  checkLinks: reads.input(campaignRef).mutation(({ ctx, input }) => checkLinks(ctx.member.scope, input)),

  create: writes
    .input(campaignInput)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => mutations.createCampaign(tx, { ...input, userId: ctx.session.user.id })),
    ),
  createGuided: writes
    .input(guidedInput)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => createGuided(tx, { ...input, userId: ctx.session.user.id })),
    ),
  clone: writes
    .input(campaignRef)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => mutations.cloneCampaign(tx, { ...input, userId: ctx.session.user.id })),
    ),
  rename: writes
    .input(renameInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => mutations.renameCampaign(tx, input))),
  updateAudience: writes
    .input(audienceInput)
    .mutation(({ ctx, input }) => ctx.tenant(after((tx) => mutations.updateAudience(tx, input), input.id))),
  updateTriggers: writes
    .input(triggersInput)
    .mutation(({ ctx, input }) => ctx.tenant(after((tx) => mutations.updateTriggers(tx, input), input.id))),
  updateGoals: writes
    .input(goalsInput)
    .mutation(({ ctx, input }) => ctx.tenant(after((tx) => mutations.updateGoals(tx, input), input.id))),
  updateSettings: writes
    .input(settingsInput)
    .mutation(({ ctx, input }) => ctx.tenant(after((tx) => mutations.updateSettings(tx, input), input.id))),
  archive: writes
    .input(campaignRef)
    .mutation(({ ctx, input: { id } }) =>
      ctx.tenant((tx) => mutations.archiveCampaign(tx, { id, userId: ctx.session.user.id })),
    ),
  restore: writes
    .input(campaignRef)
    .mutation(({ ctx, input: { id } }) =>
      ctx.tenant((tx) => mutations.restoreCampaign(tx, { id, userId: ctx.session.user.id })),
    ),
  remove: writes
    .input(campaignRef)
    .mutation(({ ctx, input: { id } }) =>
      removeCampaign({ scope: ctx.member.scope, act: { id, userId: ctx.session.user.id } }),
    ),
  undelete: writes
    .input(campaignRef)
    .mutation(({ ctx, input: { id } }) =>
      undeleteCampaign({ scope: ctx.member.scope, act: { id, userId: ctx.session.user.id } }),
    ),

  addStep: writes.input(stepAdd).mutation(({ ctx, input }) => steered(ctx, input, steps.addStep)),
  saveStep: writes.input(stepSave).mutation(({ ctx, input }) => steered(ctx, input, steps.saveStep)),
  moveSteps: writes.input(stepsMove).mutation(({ ctx, input }) => steered(ctx, input, steps.relocateSteps)),
  removeSteps: writes.input(stepsRemove).mutation(({ ctx, input }) => steered(ctx, input, steps.deleteSteps)),
  linkStep: writes.input(stepLink).mutation(({ ctx, input }) => steered(ctx, input, steps.linkStep)),

  copySteps: writes.input(stepsCopy).mutation(({ ctx, input }) => steered(ctx, input, copySteps)),
  undo: writes
    .input(campaignEdit)
    .mutation(({ ctx, input }) => steered(ctx, input, (tx) => undoEdit(tx, input))),
  redo: writes
    .input(campaignEdit)
    .mutation(({ ctx, input }) => steered(ctx, input, (tx) => redoEdit(tx, input))),
  versions: reads.input(versionsInput).query(({ ctx, input }) => ctx.tenant((tx) => listVersions(tx, input))),
  compareVersions: reads
    .input(versionsCompare)
    .query(({ ctx, input }) => ctx.tenant((tx) => compareVersions(tx, input))),
  restoreVersion: writes
    .input(versionRestore)
    .mutation(({ ctx, input }) => steered(ctx, input, (tx) => restoreVersion(tx, input))),
  stepView: reads.query(({ ctx }) => ctx.tenant(findStepView)),
  chooseStepView: reads
    .input(z.object({ view: z.enum(stepViews) }))
    .mutation(({ ctx, input }) => ctx.tenant((tx) => chooseStepView(tx, input.view))),

  putAttachmentPart: writes
    .input(attachmentPartInput)
    .mutation(({ ctx, input }) => putAttachmentPart(ctx.member.scope, input)),
  sendTest: writes.input(testSendInput).mutation(({ ctx, input }) => sendTest(ctx.member.scope, input)),
  launch: launches
    .input(launchInput)
    .mutation(({ ctx, input: { id, ...reviewed } }) =>
      launch({ scope: ctx.member.scope, act: { id, userId: ctx.session.user.id } }, reviewed),
    ),
  schedule: launches
    .input(scheduleInput)
    .mutation(({ ctx, input }) =>
      scheduleLaunch(ctx.member.scope, { ...input, userId: ctx.session.user.id }),
    ),
  unschedule: launches
    .input(campaignRef)
    .mutation(({ ctx, input: { id } }) =>
      unscheduleLaunch(ctx.member.scope, { id, userId: ctx.session.user.id }),
    ),
  pause: launches
    .input(pauseInput)
    .mutation(({ ctx, input: { id, reason } }) =>
      pause({ scope: ctx.member.scope, act: { id, userId: ctx.session.user.id } }, reason),
    ),
  resume: launches
    .input(resumeInput)
    .mutation(({ ctx, input: { id, confirmed } }) =>
      resume({ scope: ctx.member.scope, act: { id, userId: ctx.session.user.id } }, confirmed),
    ),
  setEnd: launches
    .input(endInput)
    .mutation(({ ctx, input: { id, at } }) =>
      setEnd({ scope: ctx.member.scope, act: { id, userId: ctx.session.user.id } }, at),
    ),
  end: launches
    .input(campaignRef)
    .mutation(({ ctx, input: { id } }) =>
      endNow({ scope: ctx.member.scope, act: { id, userId: ctx.session.user.id } }),
    ),
  reopen: launches
    .input(campaignRef)
    .mutation(({ ctx, input: { id } }) =>
      reopen({ scope: ctx.member.scope, act: { id, userId: ctx.session.user.id } }),
    ),
  decideUnknown: launches
    .input(unknownInput)
    .mutation(({ ctx, input: { id, messageId, arrived } }) =>
      decideUnknown(
        { scope: ctx.member.scope, act: { id, userId: ctx.session.user.id } },
        messageId,
        arrived,
      ),
    ),
});
