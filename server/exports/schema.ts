import { z } from "zod";
import { ruleTree } from "../segments/schema.ts";

/** What an export covers: everybody, a list or segment, or the contacts that rules match. */
export const exportInput = z.object({
  /** Made by the browser once per click: a double click asks for one export. */
  key: z.uuid(),
  segmentId: z.uuid().nullish(),
  rules: ruleTree.nullish(),
  includeCustomFields: z.boolean().default(true),
});
export type ExportInput = z.infer<typeof exportInput>;
export const exportRef = z.object({ id: z.uuid() });
export const exportListInput = z.object({ after: z.uuid().optional().catch(undefined) });

/** Minutes that a download link works. */
export const linkMinutes = 5;
/** Days that the file of an export is kept. */
export const fileDays = 7;
