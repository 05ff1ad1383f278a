import { log } from "#server/log";
import { operatorProcedure, router } from "#server/trpc";
import { askEngine, runsPlace } from "./engine.ts";
import {
  engineOverview,
  replayed,
  replayInput,
  runDetail,
  runInput,
  runListInput,
  runPage,
  runRef,
  started,
} from "./schema.ts";

/** For operators of the installation only: runs belong to every tenant. */
export const runsRouter = router({
  place: operatorProcedure.query(runsPlace),
  overview: operatorProcedure.query(() => askEngine(engineOverview, { path: "overview" })),
  list: operatorProcedure.input(runListInput).query(({ input: { functionId, from, to, ...query } }) =>
    askEngine(runPage, {
      path: "runs",
      query: { function: functionId, from: from && `${from}Z`, to: to && `${to}Z`, ...query },
    }),
  ),
  byId: operatorProcedure
    .input(runInput)
    .query(({ input: { id, afterStep } }) =>
      askEngine(runDetail, { path: `runs/${id}`, query: { afterStep: String(afterStep) } }),
    ),
  cancel: operatorProcedure.input(runRef).mutation(async ({ ctx, input: { id } }) => {
    const done = await askEngine(started, { path: `runs/${id}/cancel`, act: true });
    log.info({ user: ctx.session.user.id, run: id }, "an operator cancelled a run");
    return done;
  }),
  rerun: operatorProcedure.input(runRef).mutation(async ({ ctx, input: { id } }) => {
    const done = await askEngine(started, { path: `runs/${id}/rerun`, act: true });
    log.info({ user: ctx.session.user.id, run: id, newRun: done.runId }, "an operator ran a run again");
    return done;
  }),
  /** Failed runs that were not run again, of one function or of all: some hundred at a time. */
  replay: operatorProcedure.input(replayInput).mutation(async ({ ctx, input: { functionId } }) => {
    const done = await askEngine(replayed, { path: "replay", query: { function: functionId }, act: true });
    log.info(
      { user: ctx.session.user.id, function: functionId, ...done },
      "an operator replayed failed runs",
    );
    return done;
  }),
});
