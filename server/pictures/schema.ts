import { z } from "zod";

/** Inboxes are slow to show larger ones, and a proxy in front of the product may refuse them. */
export const pictureBytesMax = 1_000_000;
/** Of either side, in pixels. */
export const pictureSideMax = 8_000;
export const picturePageSize = 24;

export const pictureInput = z.object({
  filename: z.string().trim().max(500).default(""),
  bytes: z.instanceof(Uint8Array),
});

/** `cursor` is the last picture of the page before. */
export const pictureListInput = z.object({ cursor: z.uuid().optional() });

export const pictureAltInput = z.object({
  id: z.uuid(),
  alt: z.string().trim().max(300, "Keep it under 300 characters."),
});
