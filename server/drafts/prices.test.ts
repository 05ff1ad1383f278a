import { expect, test } from "vitest";
import { parseEnv } from "#server/env";
import { throwawaySecrets } from "#server/secrets";
import { costMicros, priceOf, readPrices } from "./prices.ts";

test("an answer costs what its model's name says, a newer version than is known nothing, and one's own prices come first", () => {
  const used = { inputTokens: 1_000, outputTokens: 200 };
  expect(costMicros({ model: "claude-sonnet-4-5-20250929", ...used }, {})).toBe(6_000);
  expect(costMicros({ model: "claude-opus-4-5-20251101", ...used }, {})).toBe(10_000);
  expect(costMicros({ model: "claude-opus-4-1-20250805", ...used }, {})).toBe(30_000);
  expect(costMicros({ model: "claude-opus-4-20250514", ...used }, {})).toBe(30_000);
  expect(costMicros({ model: "claude-opus-4-6", ...used }, {})).toBe(10_000);
  expect(costMicros({ model: "claude-opus-4-99", ...used }, {})).toBeNull();
  expect(costMicros({ model: "somebody-elses", ...used }, {})).toBeNull();
  const own = { "claude-sonnet": { input: 2, output: 10 } };
  expect(costMicros({ model: "claude-sonnet-4-5-20250929", ...used }, own)).toBe(4_000);
  expect(priceOf("claude-haiku-4-5", own)).toEqual({ input: 1, output: 5 });
});

test("own prices are read as they are written, and a wrong list is named", () => {
  expect(readPrices("my-model=1.5/6, other=0/0")).toEqual({
    "my-model": { input: 1.5, output: 6 },
    other: { input: 0, output: 0 },
  });
  const parse = (AI_PRICES: string) => parseEnv({ NODE_ENV: "test", AI_PRICES }, throwawaySecrets);
  expect(parse("my-model=1.5/6").AI_PRICES).toBe("my-model=1.5/6");
  expect(() => parse("my-model=cheap")).toThrow("AI_PRICES");
});
