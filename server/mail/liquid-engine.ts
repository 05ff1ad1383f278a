import { ForTag, Liquid, defaultOperators, type Context, type Template } from "liquidjs";
import { filters } from "./liquid-filters.ts";
import { plainText } from "./merge-fields.ts";

export const tagsShown = "if, elsif, else, unless, for, assign, break, continue";
const tags = ["if", "unless", "for", "assign", "break", "continue"];

export const limits = { sizeMax: 1_000_000, renderMs: 100, loopTurnsMax: 1_000 };

/** The language with the allowed tags and filters; every value goes through `outputEscape`. */
export function liquidEngine(outputEscape: (value: unknown) => string): Liquid {
  const liquid = new Liquid({
    strictFilters: true,
    ownPropertyOnly: true,
    groupedExpressions: true,
    outputEscape,
    timezoneOffset: 0,
    locale: "en-US",
    parseLimit: limits.sizeMax,
    memoryLimit: 10 * limits.sizeMax,
    renderLimit: limits.renderMs,
    templates: {},
    operators: { ...defaultOperators, not_contains: notContains },
  });
  for (const name of Object.keys(liquid.tags)) if (!tags.includes(name)) delete liquid.tags[name];
  for (const name of Object.keys(liquid.filters)) liquid.unregisterFilter(name);
  for (const [name, filter] of Object.entries(filters)) liquid.registerFilter(name, filter);
  liquid.registerTag("for", BoundedFor);
  return liquid;
}

function* notContains(left: unknown, right: unknown, context: Context): Generator<unknown, boolean, boolean> {
  return !(yield defaultOperators.contains?.(left, right, context));
}

/** A loop that counts its turns, nested ones too, and gives up with a sentence. */
class BoundedFor extends ForTag {
  constructor(...given: ConstructorParameters<typeof ForTag>) {
    super(...given);
    const counter: Template = { token: given[0], render: countTurn };
    this.templates.unshift(counter);
  }
}

function countTurn(context: Context): void {
  const turns = context.getRegister<{ count: number }>("turns", { count: 0 });
  if (++turns.count > limits.loopTurnsMax) {
    throw new Error(
      `loops may take ${limits.loopTurnsMax} turns in one message. Use "limit:" to take fewer.`,
    );
  }
}

/** Text as it may stand in HTML and in a quoted attribute. */
export function escapeHtml(value: unknown): string {
  const text = plainText(value);
  return /[&<>"']/.test(text)
    ? text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
    : text;
}
const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
