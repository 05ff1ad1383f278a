import { pictureBytesMax } from "#server/pictures/schema";

/** Of a picture that is written anew, in pixels: a mail is 600 wide, and screens show it twice as fine. */
const widthMax = 1_200;
const shown = new Set(["image/png", "image/jpeg", "image/gif"]);

/**
 * A picture as inboxes show it: what they cannot show or would load slowly is written anew as PNG or JPEG, and so is a
 * photo that says where it was taken. What the browser cannot read is given back as it is: the server says why not.
 */
export async function mailPicture(file: File): Promise<File> {
  if (!file.type.startsWith("image/") || file.type === "image/gif" || file.type === "image/svg+xml")
    return file;
  if (shown.has(file.type) && file.size <= pictureBytesMax && !(await saysWhere(file))) return file;
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap) return file;
  const scale = Math.min(1, widthMax / bitmap.width);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const photo = file.type === "image/jpeg";
  const pen = canvas.getContext("2d");
  if (!pen) return file;
  for (const [type, quality] of photo ? looksOfPhoto : looksOfDrawing) {
    pen.fillStyle = "#ffffff";
    if (type === "image/jpeg") pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, type, quality));
    if (blob && blob.size <= pictureBytesMax) return new File([blob], renamed(file.name, type), { type });
  }
  return file;
}

const looksOfPhoto = [
  ["image/jpeg", 0.88],
  ["image/jpeg", 0.7],
] as const;
/** What may be see-through stays so while it is small enough. */
const looksOfDrawing = [["image/png", 1], ...looksOfPhoto] as const;

/** Cameras write place and time at the beginning of a photo. */
async function saysWhere(file: File): Promise<boolean> {
  if (file.type !== "image/jpeg") return false;
  const start = new Uint8Array(await file.slice(0, 65_536).arrayBuffer());
  return new TextDecoder("latin1").decode(start).includes("Exif\0\0");
}

const renamed = (name: string, type: string) =>
  `${name.replace(/\.\w{2,5}$/, "")}.${type === "image/png" ? "png" : "jpg"}`;
