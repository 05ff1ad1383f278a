import { afterAll } from "vitest";
import { enterOwnDatabase } from "./testing-database.ts";

// First of all: what reads the environment when it is loaded must find this database in it.
await enterOwnDatabase();

afterAll(async () => {
  const { closeDatabase } = await import("./client.ts");
  await closeDatabase();
});
