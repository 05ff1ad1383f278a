import { commitThenSend } from "#server/drivers/events";
import { parseLocal, toInstant } from "#server/planner/zone";
import { allowed, organization, router } from "#server/trpc";
import { discardAhead, listWritable, writeAhead } from "./ahead.ts";
import { findWriterState, saveAiKey } from "./ai-key.ts";
import { draftCosts } from "./costs.ts";
import { approveDrafts, approveFound, rejectDrafts } from "./decide.ts";
import { editDraft, restoreDraft } from "./mutations.ts";
import { countDrafts, draftDays, getDraft, listDrafts, previewDraft } from "./queries.ts";
import {
  aiKeyInput,
  draftApproval,
  draftDiscard,
  draftEdit,
  draftListInput,
  draftPolicyInput,
  draftRef,
  draftRejection,
  draftRestore,
  draftReturn,
  draftsApproval,
  writableInput,
  writeInput,
} from "./schema.ts";
import { mayLeaveUnread, updateDraftPolicy } from "./policy.ts";
import { takeBackDrafts } from "./take-back.ts";
import { takeBackUnread } from "./unread.ts";

const reads = allowed("campaigns:read");
const writes = allowed("campaigns:write");
const shownDays = 14;

const instantOf = (zone: string, local: string | null) =>
  local === null ? null : new Date(toInstant(zone, parseLocal(local)));

export const draftsRouter = router({
  list: reads.input(draftListInput).query(({ ctx, input }) => ctx.tenant((tx) => listDrafts(tx, input))),
  counts: reads
    .input(draftListInput.pick({ campaign: true }))
    .query(({ ctx, input }) => ctx.tenant((tx) => countDrafts(tx, input))),
  byId: reads.input(draftRef).query(({ ctx, input }) => ctx.tenant((tx) => getDraft(tx, input.id))),
  preview: reads.input(draftRef).query(({ ctx, input }) => ctx.tenant((tx) => previewDraft(tx, input.id))),
  days: reads.query(({ ctx }) => ctx.tenant((tx) => draftDays(tx, shownDays))),
  costs: reads.query(({ ctx }) => ctx.tenant(draftCosts)),
  /** Who writes drafts by instructions, by whose key, and whether they may leave unread. */
  writer: reads.query(({ ctx }) =>
    ctx.tenant(async (tx) => ({
      ...(await findWriterState(tx, ctx.member.scope)),
      mayLeaveUnread: await mayLeaveUnread(tx),
    })),
  ),
  saveKey: allowed("workspace:settings")
    .input(aiKeyInput)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) =>
        saveAiKey(tx, { scope: ctx.member.scope, userId: ctx.session.user.id, key: input.key }),
      ),
    ),
  policy: organization("organization:settings").query(({ ctx }) =>
    ctx.tenant(async (tx) => ({ unreviewed: await mayLeaveUnread(tx) })),
  ),
  updatePolicy: organization("organization:settings")
    .input(draftPolicyInput)
    .mutation(async ({ ctx, input }) => {
      const { scope } = ctx.member;
      const userId = ctx.session.user.id;
      await ctx.tenant((tx) => updateDraftPolicy(tx, { ...input, scope, userId }));
      // Also when it was not allowed before: another call may have ended in the middle of this.
      if (!input.unreviewed) await takeBackUnread(scope, userId);
    }),

  /** What can be written to one person of a campaign before they come to its step. */
  writable: writes
    .input(writableInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => listWritable(tx, input.enrollmentId))),
  write: writes
    .input(writeInput)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => writeAhead(tx, { ...input, userId: ctx.session.user.id })),
    ),
  discard: writes
    .input(draftDiscard)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => discardAhead(tx, ctx.session.user.id, input))),
  edit: writes
    .input(draftEdit)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => editDraft(tx, { ...input, userId: ctx.session.user.id })),
    ),
  restore: writes
    .input(draftRestore)
    .mutation(({ ctx, input }) =>
      commitThenSend(ctx.member.scope, (tx) => restoreDraft(tx, ctx.member.scope, input)),
    ),
  approve: writes.input(draftApproval).mutation(({ ctx, input }) =>
    commitThenSend(ctx.member.scope, (tx) =>
      approveDrafts(tx, {
        choices: input.choices,
        sendAt: instantOf(ctx.member.workspace.timezone, input.sendAt),
        scope: ctx.member.scope,
        userId: ctx.session.user.id,
      }),
    ),
  ),
  /** All that a filter finds, a part with each call. */
  approveFound: writes
    .input(draftsApproval)
    .mutation(({ ctx, input }) =>
      commitThenSend(ctx.member.scope, (tx) =>
        approveFound(tx, { scope: ctx.member.scope, userId: ctx.session.user.id, found: input }),
      ),
    ),
  reject: writes
    .input(draftRejection)
    .mutation(({ ctx, input }) =>
      commitThenSend(ctx.member.scope, (tx) =>
        rejectDrafts(tx, { ...input, scope: ctx.member.scope, userId: ctx.session.user.id }),
      ),
    ),
  takeBack: writes
    .input(draftReturn)
    .mutation(({ ctx, input }) =>
      commitThenSend(ctx.member.scope, (tx) =>
        takeBackDrafts(tx, { ...input, scope: ctx.member.scope, userId: ctx.session.user.id }),
      ),
    ),
});
