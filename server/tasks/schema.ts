import { z } from "zod";

export const taskViews = ["mine", "all", "done"] as const;
export const taskPageSize = 50;

/** What the URL of the task list says; a wrong part is as if it were not there. */
export const taskListInput = z.object({
  view: z.enum(taskViews).catch("mine"),
  /** Of one contact. */
  contactId: z.uuid().optional().catch(undefined),
  after: z.string().max(100).optional().catch(undefined),
});
export type TaskListInput = z.infer<typeof taskListInput>;

const fields = {
  title: z.string().trim().min(1, "Say what is to be done.").max(200, "Keep the task under 200 characters."),
  note: z.string().trim().max(2000, "Keep the note under 2,000 characters.").default(""),
  dueOn: z.union([z.literal("").transform(() => null), z.iso.date("Choose a day.")]).nullable(),
  assigneeId: z.union([z.literal("").transform(() => null), z.uuid()]).nullable(),
};
export const taskInput = z.object({ contactId: z.uuid(), ...fields });
export type TaskInput = z.infer<typeof taskInput>;
export const taskRef = z.object({ id: z.uuid() });
export const taskUpdate = taskRef.extend(fields);
export type TaskUpdate = z.infer<typeof taskUpdate>;
export const taskDone = taskRef.extend({ done: z.boolean() });
