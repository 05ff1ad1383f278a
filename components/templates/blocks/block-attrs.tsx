import { z } from "zod";

/** What the blocks of a mail hold besides their text. Lengths in pixels. */
export const aligns = ["left", "center", "right"] as const;
export type Align = (typeof aligns)[number];
const align = z.enum(aligns);
const colour = z.string().regex(/^#[0-9a-f]{6}$/);

/** A mail is 600 wide, and this is what its margins leave. */
export const widthMax = 536;
export const columnsMax = 4;

export const networks = [
  ["website", "Website"],
  ["linkedin", "LinkedIn"],
  ["x", "X"],
  ["facebook", "Facebook"],
  ["instagram", "Instagram"],
  ["youtube", "YouTube"],
] as const;
export type Network = (typeof networks)[number][0];

export const mailLook = z.object({
  canvas: colour.catch("#f4f4f5"),
  accent: colour.catch("#1d4ed8"),
});
export type MailLook = z.infer<typeof mailLook>;

export const buttonAttrs = z.object({ href: z.string().catch(""), align: align.catch("left") });
export const imageAttrs = z.object({
  src: z.string().catch(""),
  alt: z.string().catch(""),
  href: z.string().catch(""),
  width: z.coerce.number().int().min(1).max(widthMax).catch(widthMax),
  align: align.catch("center"),
});
export const spacerAttrs = z.object({ height: z.coerce.number().int().min(1).max(200).catch(24) });
export const htmlAttrs = z.object({ html: z.string().catch("") });
export const footerAttrs = z.object({ align: align.catch("left") });
export const socialAttrs = z.object({
  align: align.catch("left"),
  links: z.partialRecord(z.enum(networks.map(([name]) => name)), z.string()).catch({}),
});

export const blockAttrs = {
  button: buttonAttrs,
  image: imageAttrs,
  spacer: spacerAttrs,
  html: htmlAttrs,
  footer: footerAttrs,
  social: socialAttrs,
} as const;
export type BlockName = keyof typeof blockAttrs;
