import http from "node:http";
import https from "node:https";
import { limits } from "./limits.ts";
import type { Reply } from "./reply.ts";

const agents = {
  "http:": new http.Agent({ keepAlive: true, maxFreeSockets: 64 }),
  "https:": new https.Agent({ keepAlive: true, maxFreeSockets: 64 }),
};
const connectMs = 3000;

export type Request = {
  method: "POST" | "PUT";
  headers: Record<string, string>;
  body: string;
  timeoutMs: number;
  signal?: AbortSignal;
};

/** No reply. `delivered` is false only when the request can not have reached anybody. */
export class NoReply extends Error {
  readonly delivered: boolean;
  constructor(message: string, delivered: boolean) {
    super(message);
    this.name = "NoReply";
    this.delivered = delivered;
  }
}

/**
 * Sends one request and reads the whole reply. Not fetch: that gives up after five minutes without headers,
 * and a step may take two hours.
 * @throws NoReply
 */
export function send(address: string, { method, headers, body, timeoutMs, signal }: Request): Promise<Reply> {
  const url = new URL(address);
  const secure = url.protocol === "https:";
  return new Promise((resolve, reject) => {
    let connected = false;
    const request = (secure ? https : http).request(
      url,
      {
        method,
        agent: agents[secure ? "https:" : "http:"],
        signal,
        headers: {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
          ...headers,
        },
      },
      (response) => {
        readAll(response).then(
          (text) => resolve({ status: response.statusCode ?? 0, headers: flatten(response.headers), text }),
          fail,
        );
      },
    );
    const connecting = setTimeout(() => request.destroy(new Error("no connection within 3 s")), connectMs);
    const lasting = setTimeout(
      () => request.destroy(new Error(`no reply within ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
    function fail(error: Error) {
      reject(new NoReply(`${url.origin}: ${error.message}`, connected));
    }
    // What it was aborted with says more than that it was.
    request.on("error", (error) => fail(signal?.reason instanceof Error ? signal.reason : error));
    request.on("close", () => {
      clearTimeout(connecting);
      clearTimeout(lasting);
    });
    request.on("socket", (socket) => {
      // A machine that vanished closes nothing; the probes of TCP find out.
      socket.setKeepAlive(true, 10_000);
      const onConnect = () => {
        connected = true;
        clearTimeout(connecting);
      };
      if (socket.connecting) socket.once(secure ? "secureConnect" : "connect", onConnect);
      else onConnect();
    });
    request.end(body);
  });
}

async function readAll(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limits.replyBytes) throw new Error(`the reply has more than ${limits.replyBytes} bytes`);
    chunks.push(chunk);
  }
  if (!response.complete) throw new Error("the reply was cut off");
  return Buffer.concat(chunks).toString("utf8");
}

function flatten(headers: http.IncomingHttpHeaders): Record<string, string | undefined> {
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value[0] : value,
  ]);
  return Object.fromEntries(entries) as Record<string, string | undefined>;
}
