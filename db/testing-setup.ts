import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type { TestProject } from "vitest/node";
import { joinTestCluster } from "./testing-cluster.ts";

declare module "vitest" {
  export interface ProvidedContext {
    testCluster: { port: number; template: string; run: string };
    testPgPort: number;
    /** Where events go: they are taken, and nothing comes of them. */
    testEventsPort: number;
  }
}

/** Before the database tests of a run: a migrated template. After them: nothing left behind. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const asked = project.getProvidedContext().testPgPort;
  const { release, ...cluster } = await joinTestCluster(".data/test-pg", asked);
  project.provide("testCluster", cluster);
  const events = await takeEvents();
  project.provide("testEventsPort", (events.address() as AddressInfo).port);
  return async () => {
    events.close();
    await release();
  };
}

/** Answers as an engine that has taken the events. Without one every job that a test starts tries for two seconds. */
async function takeEvents(): Promise<Server> {
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      const ids = (Array.isArray(body) ? body : [body]).map((_, at) => String(at));
      response.setHeader("content-type", "application/json").end(JSON.stringify({ ids, status: 200 }));
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  server.unref();
  return server;
}
