import { allowed, router } from "#server/trpc";
import { createTask, deleteTask, finishTask, updateTask } from "./mutations.ts";
import { listTasks } from "./queries.ts";
import { taskDone, taskInput, taskListInput, taskRef, taskUpdate } from "./schema.ts";

export const tasksRouter = router({
  list: allowed("contacts:read")
    .input(taskListInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => listTasks(tx, input, ctx.session.user.id))),
  create: allowed("contacts:write")
    .input(taskInput)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) =>
        createTask(tx, input, { userId: ctx.session.user.id, workspaceId: ctx.member.workspace.id }),
      ),
    ),
  update: allowed("contacts:write")
    .input(taskUpdate)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) =>
        updateTask(tx, input, { userId: ctx.session.user.id, workspaceId: ctx.member.workspace.id }),
      ),
    ),
  finish: allowed("contacts:write")
    .input(taskDone)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => finishTask(tx, input, ctx.session.user.id))),
  delete: allowed("contacts:write")
    .input(taskRef)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => deleteTask(tx, input, ctx.session.user.id))),
});
