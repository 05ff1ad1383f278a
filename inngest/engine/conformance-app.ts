import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Inngest, type InngestFunction } from "inngest";
import { serve } from "inngest/node";
import { labFunctions, type Trace } from "./conformance-functions.ts";

export type App = {
  url: string;
  client: Inngest;
  /** Rejects where the server does not know the key. */
  sendWithKey: (eventKey: string, event: { name: string; data: object }) => Promise<unknown>;
  /** What ran, in order, as `<key> <what>`. */
  ran: (key: string) => string[];
  /** Resolves when the line is there. */
  seen: (key: string, line: string, timeoutMs?: number) => Promise<void>;
  count: (key: string, line: string) => number;
  /** Ends it as a killed process would: connections are cut. */
  kill: () => Promise<void>;
  start: (port: number) => Promise<void>;
};

type Options = {
  /** Inngest Cloud unless given, which has an address of its own for events. */
  engineUrl?: string | undefined;
  /** Neither with a Dev Server. */
  signingKey?: string | undefined;
  eventKey?: string | undefined;
  signingKeyFallback?: string;
  id?: string;
  isDev?: boolean;
  /** Where the server reaches the app, if not on this machine's loopback. */
  origin?: string | undefined;
  /** 0, a free one, unless given. */
  port?: number;
};
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A small app on the unmodified SDK, in this process, whose functions note what they do. */
export async function startApp(
  {
    engineUrl,
    signingKey,
    eventKey,
    signingKeyFallback,
    id = "lab",
    isDev = false,
    origin,
    port = 0,
  }: Options,
  make: (client: Inngest, trace: Trace) => InngestFunction.Like[] = labFunctions,
): Promise<App> {
  const newClient = (key: string | undefined) =>
    new Inngest({
      id,
      ...(engineUrl && { baseUrl: engineUrl }),
      isDev,
      logger: silent,
      ...(signingKey && { signingKey }),
      ...(signingKeyFallback && { signingKeyFallback }),
      ...(key && { eventKey: key }),
    });
  const client = newClient(eventKey);
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const trace: Trace = (key, line) => {
    lines.push(`${key} ${line}`);
    waiting.forEach((check) => check());
  };
  const functions = make(client, trace);
  const handler = serve({ client, functions, ...(origin && { serveOrigin: origin }) });
  let server: Server;
  const app: App = {
    url: "",
    client,
    sendWithKey: (key, event) => newClient(key).send(event),
    ran: (key) =>
      lines.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1)),
    count: (key, line) => lines.filter((one) => one === `${key} ${line}`).length,
    seen: (key, line, timeoutMs = 15_000) =>
      new Promise((resolve, reject) => {
        const settle = (act: () => void) => {
          clearTimeout(timer);
          waiting.delete(check);
          act();
        };
        const check = () => {
          if (app.count(key, line) > 0) settle(resolve);
        };
        const late = () =>
          reject(new Error(`"${line}" did not come within ${timeoutMs} ms, but: ${app.ran(key).join(", ")}`));
        const timer = setTimeout(() => settle(late), timeoutMs);
        waiting.add(check);
        check();
      }),
    kill: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
    start: async (on) => {
      server = createServer(handler);
      server.listen(on, origin ? "0.0.0.0" : "127.0.0.1");
      await once(server, "listening");
      app.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/inngest`;
    },
  };
  await app.start(port);
  return app;
}
