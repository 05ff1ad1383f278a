import { env } from "#server/env";

/** US dollars for a million tokens. */
export type Price = { input: number; output: number };

/** When the list below was looked up: what it comes to is an estimate. */
export const pricesAsOf = "November 2026";

/**
 * List prices (https://docs.anthropic.com/en/docs/about-claude/pricing) by the name of a model without its date. A newer
 * version of a model often costs something else, so that one that is not named here has no price.
 */
const prices: Readonly<Record<string, Price>> = {
  "claude-3-haiku": { input: 0.25, output: 1.25 },
  "claude-3-5-haiku": { input: 0.8, output: 4 },
  "claude-haiku-4-5": { input: 1, output: 5 },
  "claude-3-5-sonnet": { input: 3, output: 15 },
  "claude-3-7-sonnet": { input: 3, output: 15 },
  "claude-sonnet-4": { input: 3, output: 15 },
  "claude-sonnet-4-5": { input: 3, output: 15 },
  "claude-sonnet-4-6": { input: 3, output: 15 },
  "claude-sonnet-5": { input: 2, output: 10 },
  "claude-sonnet-5-5": { input: 2, output: 10 },
  "claude-3-opus": { input: 15, output: 75 },
  "claude-opus-4": { input: 15, output: 75 },
  "claude-opus-4-1": { input: 15, output: 75 },
  "claude-opus-4-5": { input: 5, output: 25 },
  "claude-opus-4-6": { input: 5, output: 25 },
};

/**
 * What a model costs: as AI_PRICES says, by the longest beginning of its name, or else by the list; null for one that
 * neither knows.
 */
export function priceOf(model: string, own: Readonly<Record<string, Price>> = ownPrices()): Price | null {
  const name = longestStart(model, Object.keys(own));
  if (name !== undefined) return own[name] ?? null;
  return prices[model.replace(/-(\d{8}|latest)$/, "")] ?? null;
}

/** `model=read/written`, parted by commas. */
export function readPrices(text: string): Record<string, Price> {
  return Object.fromEntries(
    text.split(",").flatMap((entry) => {
      const [, model, input, output] = /^\s*([\w.:-]+)=([\d.]+)\/([\d.]+)\s*$/.exec(entry) ?? [];
      return model ? [[model, { input: Number(input), output: Number(output) }] as const] : [];
    }),
  );
}

const ownPrices = () => readPrices(env.AI_PRICES ?? "");

const longestStart = (model: string, names: readonly string[]): string | undefined =>
  names.filter((name) => model.startsWith(name)).sort((a, b) => b.length - a.length)[0];

/** Millionths of a US dollar for an answer; null where the model's price is not known. */
export function costMicros(
  { model, inputTokens, outputTokens }: { model: string; inputTokens: number; outputTokens: number },
  own?: Readonly<Record<string, Price>>,
): number | null {
  const price = priceOf(model, own);
  return price && Math.round(inputTokens * price.input + outputTokens * price.output);
}
