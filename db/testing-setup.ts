import type { TestProject } from "vitest/node";
import { joinTestCluster } from "./testing-cluster.ts";

declare module "vitest" {
  export interface ProvidedContext {
    testCluster: { port: number; template: string; run: string };
    testPgPort: number;
  }
}

/** Before the database tests of a run: a migrated template. After them: nothing left behind. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const asked = project.getProvidedContext().testPgPort;
  const { release, ...cluster } = await joinTestCluster(".data/test-pg", asked);
  project.provide("testCluster", cluster);
  return release;
}
