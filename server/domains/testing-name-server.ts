import { createSocket } from "node:dgram";

/**
 * What a name server of the tests says: text records by name, mail servers by `mx` and the name, addresses by `a` and the
 * name, or that it cannot say.
 */
export type Zone = Map<string, string[] | "broken">;

const types: Record<number, { key: string; dataOf: (record: string) => Buffer }> = {
  1: { key: "a ", dataOf: (address) => Buffer.from(address.split(".").map(Number)) },
  15: { key: "mx ", dataOf: (host) => Buffer.concat([Buffer.from([0, 10]), nameOf(host)]) },
  16: { key: "", dataOf: textOf },
};

/**
 * A name server on this machine that answers questions from `zone`, which may change meanwhile. It is
 * the domains' side of the world; `address` is for DNS_SERVERS.
 */
export async function startNameServer(zone: Zone, port = 0) {
  const socket = createSocket("udp4");
  socket.on("message", (question, { address, port: to }) => {
    const answer = answerTo(question, zone);
    if (answer) socket.send(answer, to, address);
  });
  await new Promise<void>((resolve) => socket.bind(port, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    stop: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  };
}

/** RFC 1035, 4.1: the question again, and the records behind it. */
function answerTo(packet: Buffer, zone: Zone): Buffer | null {
  const labels: string[] = [];
  let at = 12;
  for (let length = packet[at] ?? 0; length > 0; length = packet[at] ?? 0) {
    labels.push(packet.toString("latin1", at + 1, at + 1 + length));
    at += length + 1;
  }
  const question = packet.subarray(12, at + 5);
  if (question.length < 5) return null;
  const number = packet.readUInt16BE(at + 1);
  const type = types[number];
  const said = zone.get(`${type?.key ?? ""}${labels.join(".").toLowerCase()}`);
  const records =
    said === "broken" || !type ? [] : (said ?? []).map((each) => recordOf(number, type.dataOf(each)));
  const head = Buffer.alloc(12);
  packet.copy(head, 0, 0, 2);
  const outcome = said === "broken" ? 2 : said === undefined ? 3 : 0;
  head.writeUInt16BE(0x8180 | outcome, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(records.length, 6);
  return Buffer.concat([head, question, ...records]);
}

/** A record under the name of the question, to be kept by nobody. */
const recordOf = (type: number, data: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, data.length >> 8, data.length & 255]),
    data,
  ]);

/** A text in parts of at most 255 bytes. */
function textOf(text: string): Buffer {
  const parts = text.match(/.{1,255}/gs) ?? [""];
  return Buffer.concat(parts.map((part) => Buffer.from([part.length, ...Buffer.from(part, "latin1")])));
}

/** A name label by label; "" is the root. */
const nameOf = (name: string): Buffer =>
  Buffer.concat([
    ...name
      .split(".")
      .flatMap((label) => (label ? [Buffer.from([label.length, ...Buffer.from(label)])] : [])),
    Buffer.from([0]),
  ]);
