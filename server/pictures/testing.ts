/** A PNG of one colour's worth of nothing: its head is true, and `mark` tells it from others. */
export function pngBytes(mark: string, { width = 800, height = 600 } = {}): Uint8Array<ArrayBuffer> {
  const head = Buffer.alloc(33);
  head.write("\x89PNG\r\n\x1a\n", 0, "latin1");
  head.writeUInt32BE(13, 8);
  head.write("IHDR", 12, "latin1");
  head.writeUInt32BE(width, 16);
  head.writeUInt32BE(height, 20);
  return new Uint8Array(Buffer.concat([head, Buffer.from(mark)]));
}
