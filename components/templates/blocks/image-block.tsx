import type { ChosenPicture } from "#components/pictures/ask-picture";
import { widthMax } from "./block-attrs.tsx";

const shownWidth = (width: number) => Math.min(width, widthMax);

/** A picture as a block, as wide as it is and as a mail allows. */
export const imageBlock = ({ src, alt, width }: ChosenPicture) => ({
  type: "image",
  attrs: { src, alt, width: shownWidth(width) },
});

const attribute = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

/** The same as HTML. */
export function imageHtml({ src, alt, width }: ChosenPicture): string {
  const shown = shownWidth(width);
  return `<img src="${attribute(src)}" alt="${attribute(alt)}" width="${shown}" style="display:block;width:100%;max-width:${shown}px;height:auto;border:0">`;
}
