import { z } from "zod";
import { contactFields, contactSelection } from "../contacts/schema.ts";
import { lifecycleStages } from "../segments/schema.ts";

const tag = z.string().trim().toLowerCase().min(1, "Type a tag.").max(60, "Keep tags under 60 characters.");
const listId = z.uuid({ error: "Choose a list." });

/** The fields that many contacts can be given at once; an address belongs to one. */
export const bulkFields = contactFields.filter(({ name }) => name !== "email");

/** One change, the same for every contact. A field is a standard one or `custom.<name>`; an empty value clears it. */
export const contactChange = z.discriminatedUnion("action", [
  z.object({ action: z.literal("tag"), tag }),
  z.object({ action: z.literal("untag"), tag }),
  z.object({ action: z.literal("add_to_list"), listId }),
  z.object({ action: z.literal("remove_from_list"), listId }),
  z.object({
    action: z.literal("set_field"),
    field: z.string().regex(/^(custom\.)?[a-z][a-z0-9_]{0,62}$/, "Choose a field."),
    value: z.string().trim().max(1000, "Keep this under 1,001 characters."),
    /** Leaves alone what holds something. */
    onlyIfEmpty: z.boolean().optional(),
  }),
  z.object({
    action: z.literal("set_stage"),
    stage: z.enum(lifecycleStages),
    /** Leaves alone who has left the stage “new”. */
    onlyIfNew: z.boolean().optional(),
  }),
  z.object({ action: z.literal("unsubscribe") }),
  z.object({ action: z.literal("archive") }),
  z.object({ action: z.literal("restore") }),
  z.object({ action: z.literal("delete") }),
  z.object({ action: z.literal("add_to_campaign"), campaignId: z.uuid({ error: "Choose a campaign." }) }),
]);
export type ContactChange = z.infer<typeof contactChange>;

export const contactEditInput = z.object({
  /** Made by the browser once per click: a double click asks for one edit. */
  key: z.uuid(),
  selection: contactSelection,
  change: contactChange,
});
export type ContactEditInput = z.infer<typeof contactEditInput>;
export const contactEditRef = z.object({ id: z.uuid() });
export const contactEditList = z.object({ after: z.uuid().optional().catch(undefined) });
export const contactEditFailureList = contactEditRef.extend({ after: z.uuid().optional().catch(undefined) });
