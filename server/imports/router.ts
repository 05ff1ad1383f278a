import { withTenant } from "#db/tenancy";
import {
  importCancelled,
  importFetchRequested,
  importRequested,
  importUndoRequested,
  onceId,
} from "#inngest/events";
import { allowed, router } from "#server/trpc";
import { announce } from "./announce.ts";
import { correctRows } from "./correct.ts";
import { listBadRows } from "./corrections.ts";
import { schedulesRouter } from "./schedules/router.ts";
import { requestFetch } from "./fetching.ts";
import { listImporters, listImports } from "./history.ts";
import { inspectImport } from "./inspect.ts";
import { cancelImport, requestCheck, startImport } from "./mutations.ts";
import { requestNoting } from "./not-mailed.ts";
import { getImport, listProblemGroups } from "./queries.ts";
import { readRejected } from "./rejected.ts";
import {
  badRowsInput,
  checkImportInput,
  correctRowsInput,
  createImportInput,
  fetchImportInput,
  importListInput,
  importRef,
  inspectInput,
  keptInput,
  partInput,
  notMailedInput,
  rejectedInput,
} from "./schema.ts";
import { foreseeKept, listKept } from "./undo-kept.ts";
import { requestUndo } from "./undo.ts";
import { forecastUndo } from "./undo-forecast.ts";
import { listUnmailable, writeUnmailable } from "./unmailable.ts";
import { createImport, takePart } from "./uploads.ts";

const badRowsPage = 50;

type Where = { tenantId: string; workspaceId: string };

async function sendRequested(
  { tenantId, workspaceId }: Where,
  importId: string,
  fence: number | null,
): Promise<void> {
  if (fence === null) return;
  const id = onceId(importRequested, importId, fence);
  await announce(importRequested.create({ tenantId, workspaceId, importId, fence }, { id }));
}

export const importsRouter = router({
  schedules: schedulesRouter,
  list: allowed("contacts:read")
    .input(importListInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => listImports(tx, input, ctx.member.workspace.timezone))),
  /** Who has imported before. */
  importers: allowed("contacts:read").query(({ ctx }) => ctx.tenant(listImporters)),
  byId: allowed("contacts:read")
    .input(importRef)
    .query(({ ctx, input }) => ctx.tenant((tx) => getImport(tx, input.id))),
  /** Rejected rows by kind, each with its first rows. */
  problems: allowed("contacts:read")
    .input(importRef)
    .query(({ ctx, input }) => ctx.tenant((tx) => listProblemGroups(tx, input.id))),

  /** Rejected rows as lines of CSV, a thousand at a time: for those who can mend them. */
  rejected: allowed("contacts:write")
    .input(rejectedInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => readRejected(tx, input.id, input.after))),

  /** People of the file who get no mail, before the import and after it, some at a time. */
  notMailed: allowed("contacts:read")
    .input(notMailedInput)
    .query(({ ctx, input: { id, cursor } }) => ctx.tenant((tx) => listUnmailable(tx, id, { after: cursor }))),
  /** The same as lines of CSV. */
  notMailedFile: allowed("contacts:read")
    .input(rejectedInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => writeUnmailable(tx, input.id, input.after))),
  /** Has it looked up again who gets no mail, when that failed. */
  noteNotMailed: allowed("contacts:write")
    .input(importRef)
    .mutation(async ({ ctx, input: { id } }) => {
      const fence = await ctx.tenant((tx) => requestNoting(tx, id));
      await sendRequested(ctx.member.scope, id, fence);
      return { id };
    }),

  /** Bad rows of one kind with their cells, to be corrected in place. */
  badRows: allowed("contacts:write")
    .input(badRowsInput)
    .query(async ({ ctx, input: { id, code, cursor } }) => {
      const rows = await ctx.tenant((tx) => listBadRows(tx, { id, code, after: cursor, limit: badRowsPage }));
      return { rows, next: rows.length === badRowsPage ? (rows.at(-1)?.line ?? null) : null };
    }),
  /** Takes corrected rows: into the next check, or into an import that has ended. */
  correct: allowed("contacts:write")
    .input(correctRowsInput)
    .mutation(async ({ ctx, input }) => {
      const { fence, ...result } = await ctx.tenant((tx) => correctRows(tx, input, ctx.session.user.id));
      await sendRequested(ctx.member.scope, input.id, fence);
      return result;
    }),

  /** Begins an upload, or finds the one that this key began. */
  create: allowed("contacts:write")
    .input(createImportInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => createImport(tx, input, ctx.member.scope))),
  /** Takes one part of the file. Sent twice, it is stored once. */
  putPart: allowed("contacts:write")
    .input(partInput)
    .mutation(({ ctx, input }) => takePart(ctx.member.scope, input)),
  /** Has the file at an address fetched; asked again for one that could not be, it is tried anew. */
  fetch: allowed("contacts:write")
    .input(fetchImportInput)
    .mutation(async ({ ctx, input }) => {
      const { tenantId, workspaceId } = ctx.member.scope;
      const fence = await ctx.tenant((tx) => requestFetch(tx, input, ctx.member.scope));
      if (fence !== null) {
        const event = { tenantId, workspaceId, importId: input.key, fence };
        const once = { id: onceId(importFetchRequested, input.key, fence) };
        await announce(importFetchRequested.create(event, once));
      }
      return { id: input.key };
    }),
  /** Reads the header and the first rows of an uploaded file, as it looks or as it is told, and guesses the mapping. */
  inspect: allowed("contacts:write")
    .input(inspectInput)
    .mutation(({ ctx, input }) => inspectImport(ctx.member.scope, input.id, input.format)),
  /** Asks for a dry run with a mapping. */
  check: allowed("contacts:write")
    .input(checkImportInput)
    .mutation(async ({ ctx, input: { id, mapping, options } }) => {
      const fence = await ctx.tenant((tx) => requestCheck(tx, id, mapping, options));
      await sendRequested(ctx.member.scope, id, fence);
      return { id };
    }),
  /** Starts the import that was checked; clicked twice, it starts once. */
  start: allowed("contacts:write")
    .input(importRef)
    .mutation(async ({ ctx, input: { id } }) => {
      const fence = await ctx.tenant((tx) => startImport(tx, id, ctx.session.user.id));
      await sendRequested(ctx.member.scope, id, fence);
      return { id };
    }),
  cancel: allowed("contacts:write")
    .input(importRef)
    .mutation(async ({ ctx, input: { id } }) => {
      await ctx.tenant((tx) => cancelImport(tx, id, ctx.session.user.id));
      const { tenantId, workspaceId } = ctx.member.scope;
      await announce(importCancelled.create({ tenantId, workspaceId, importId: id }));
      return { id };
    }),

  /** What undoing would do if it started now, to some contacts at a time. */
  undoForecast: allowed("imports:undo")
    .input(keptInput)
    .query(({ ctx, input: { id, cursor } }) =>
      withTenant(ctx.member.scope, (tx) => forecastUndo(tx, id, { after: cursor }), {
        statementTimeoutMs: 120_000,
      }),
    ),
  /** The contacts that undoing would keep, and why, some at a time. */
  undoKept: allowed("imports:undo")
    .input(keptInput)
    .query(({ ctx, input: { id, cursor } }) =>
      withTenant(ctx.member.scope, (tx) => foreseeKept(tx, id, { after: cursor }), {
        statementTimeoutMs: 120_000,
      }),
    ),
  undo: allowed("imports:undo")
    .input(importRef)
    .mutation(async ({ ctx, input: { id } }) => {
      const fence = await ctx.tenant((tx) => requestUndo(tx, id, ctx.session.user.id));
      const { tenantId, workspaceId } = ctx.member.scope;
      if (fence !== null) {
        const event = { tenantId, workspaceId, importId: id, fence };
        await announce(importUndoRequested.create(event, { id: onceId(importUndoRequested, id, fence) }));
      }
      return { id };
    }),
  /** Contacts that an undo kept, with the reason, some at a time. */
  kept: allowed("contacts:read")
    .input(keptInput)
    .query(({ ctx, input: { id, cursor } }) => ctx.tenant((tx) => listKept(tx, id, { after: cursor }))),
});
