import { setTimeout as sleep } from "node:timers/promises";
import type { App } from "./conformance-app.ts";

/**
 * What a server of functions has to do, as cases that know nothing of it but its address: they send events and look at
 * what the functions note. They run beside each other, each under a key of its own, and wait in real time.
 */
export type Case = { name: string; run: (context: Context) => Promise<void> };

export type Context = {
  app: App;
  key: string;
  /** Unix milliseconds by the server's clock. */
  now: () => Promise<number>;
  /** How long what must not happen is waited for. */
  quietMs: number;
};

type Sent = { data?: Record<string, unknown>; id?: string; ts?: number };

export async function send({ app, key }: Context, name: string, ...events: Sent[]): Promise<void> {
  const sent = events.length > 0 ? events : [{}];
  await app.client.send(
    sent.map(({ data, ...rest }) => ({ name: `suite/${name}`, data: { key, ...data }, ...rest })),
  );
}

export const numbered = (...numbers: number[]) => numbers.map((n) => ({ data: { n } }));

export async function repeatedly(context: Context, line: string, times: number): Promise<void> {
  const { app, key } = context;
  const end = performance.now() + 60_000;
  while (app.count(key, line) < times) {
    if (performance.now() > end)
      throw new Error(`"${line}" came ${app.count(key, line)} times, not ${times}`);
    await sleep(20);
  }
}
