import { expect, test } from "vitest";
import { parseEnv } from "#server/env";
import { throwawaySecrets } from "#server/secrets";
import { portsOf } from "./stack.ts";

const secrets = throwawaySecrets();
const opened = (source: Record<string, string>) =>
  portsOf(parseEnv({ NODE_ENV: "production", ...source }, () => secrets)).map(({ variable }) => variable);

test("a part that the environment replaces is not started", () => {
  const all = ["PORT", "WORKER_PORT", "ENGINE_PORT", "SANDBOX_PORT", "SANDBOX_SMTP_PORT"];
  expect(opened({})).toEqual(all);
  const keys = { INNGEST_EVENT_KEY: "abc", INNGEST_SIGNING_KEY: "signkey-prod-ab12" };
  const withoutEngine = all.filter((name) => name !== "ENGINE_PORT");
  expect(opened(keys)).toEqual(withoutEngine);
  expect(opened({ ...keys, INNGEST_BASE_URL: "https://inngest.example.com" })).toEqual(withoutEngine);
  expect(opened({ INNGEST_SERVE: "web" })).toEqual(all.filter((name) => name !== "WORKER_PORT"));
  expect(opened({ SANDBOX: "off", SMTP_URL: "smtp://mail.example.com" })).toEqual(all.slice(0, 3));
});
