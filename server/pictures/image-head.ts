import type { pictureTypes } from "#db/schema/pictures";

type ImageHead = { mime: (typeof pictureTypes)[number]; width: number; height: number };

/** What the first bytes of a file say: a picture and its size in pixels, or null for anything else. */
export function imageHead(bytes: Uint8Array): ImageHead | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return png(view) ?? gif(view) ?? jpeg(view);
}

const latin = (view: DataView, from: number, length: number) =>
  from + length > view.byteLength
    ? ""
    : String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + from, length));

const sized = (mime: ImageHead["mime"], width: number, height: number): ImageHead | null =>
  width > 0 && height > 0 ? { mime, width, height } : null;

function png(view: DataView): ImageHead | null {
  if (view.byteLength < 24 || latin(view, 0, 8) !== "\x89PNG\r\n\x1a\n" || latin(view, 12, 4) !== "IHDR")
    return null;
  return sized("image/png", view.getUint32(16), view.getUint32(20));
}

function gif(view: DataView): ImageHead | null {
  if (view.byteLength < 10 || !/^GIF8[79]a$/.test(latin(view, 0, 6))) return null;
  return sized("image/gif", view.getUint16(6, true), view.getUint16(8, true));
}

/** The size stands in the first frame header, behind segments of any length. */
function jpeg(view: DataView): ImageHead | null {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 9 <= view.byteLength;) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    // Frames are C0 to CF, but for tables of codes (C4, CC) and a reserved one.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return sized("image/jpeg", view.getUint16(at + 7), view.getUint16(at + 5));
    if (marker === 0xd9 || marker === 0xda) return null;
    at += 2 + Math.max(2, view.getUint16(at + 2));
  }
  return null;
}
