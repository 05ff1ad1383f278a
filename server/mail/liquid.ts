import { LiquidError, type Template } from "liquidjs";
import { escapeHtml, limits, liquidEngine, tagsShown } from "./liquid-engine.ts";
import { filters, MissingValue } from "./liquid-filters.ts";
import { cutPieces, foreignSyntax, placeOf, splitOutsideQuotes, type Piece } from "./liquid-pieces.ts";
import { distance, nearestFilter, spellOut, spellOutput } from "./liquid-shorthand.ts";
import { canonicalPath, isKnownRoot, liquidScope, plainText, type MergeValues } from "./merge-fields.ts";
import { mergeFields, type TemplateProblem } from "./schema.ts";

const engines = { html: liquidEngine(escapeHtml), text: liquidEngine(plainText) };

/** Where rendered text goes: values are escaped for HTML, or left as they are. */
export type Target = keyof typeof engines;

/** A template that would not parse. */
export class TemplateError extends Error {
  readonly problems: TemplateProblem[];
  constructor(problems: TemplateProblem[]) {
    super(
      problems.map(({ line, column, message }) => `Line ${line}, column ${column}: ${message}`).join(" "),
    );
    this.problems = problems;
  }
}

/** Everything wrong with a template, in order; empty when it can be rendered. */
export function checkTemplate(source: string): TemplateProblem[] {
  if (source.length > limits.sizeMax)
    return [
      {
        line: 1,
        column: 1,
        message: `The template has ${source.length} characters; ${limits.sizeMax} are allowed.`,
      },
    ];
  const foreign = foreignSyntax(source);
  if (foreign.length > 0) return foreign;
  const pieces = cutPieces(source);
  const outputs = pieces.flatMap((piece) => (piece.kind === "output" ? outputProblem(piece, source) : []));
  if (outputs.length > 0) return outputs;
  const spelled = spellOut(pieces);
  try {
    engines.text.parse(spelled.source);
    return [];
  } catch (error) {
    if (!(error instanceof LiquidError)) throw error;
    const offset = spelled.originalOffset("begin" in error.token ? error.token.begin : 0);
    return [{ ...placeOf(source, offset), message: sentence(error.originalError?.message ?? error.message) }];
  }
}

const path = /^[A-Za-z_][\w-]*(\.[\w-]+|\[\d+\]|\[(["'])[^"']*\2\])*$/;
const literal = /^("[^"]*"|'[^']*'|-?\d+(\.\d+)?|true|false|nil|null)$/;

function outputProblem(piece: Piece, source: string): TemplateProblem[] {
  const inner = spellOutput(piece.inner).replace(/^-|-$/g, "");
  const [value = "", ...segments] = splitOutsideQuotes(inner, "|").map((part) => part.trim());
  const at = placeOf(source, piece.offset);
  if (!value) return [{ ...at, message: "{{ }} names no field. Write for example {{ first_name }}." }];
  if (!path.test(value) && !literal.test(value) && !value.startsWith("("))
    return [
      { ...at, message: `"${value}" is not a field. A field is one word, as first_name or custom.plan.` },
    ];
  for (const segment of segments) {
    const [name = "", ...given] = splitOutsideQuotes(segment, ":");
    if (!Object.hasOwn(filters, name.trim())) return [{ ...at, message: unknownFilter(name.trim()) }];
    if (segment.includes(":") && given.join(":").trim() === "")
      return [{ ...at, message: `The filter ${name.trim()} has a colon but no value after it.` }];
  }
  return [];
}

function unknownFilter(name: string): string {
  const near = nearestFilter(name);
  return near
    ? `There is no filter "${name}". Did you mean ${near}?`
    : `There is no filter "${name}". Known are: ${Object.keys(filters).sort().join(", ")}.`;
}

/** The library's words as a sentence that says what to do. */
function sentence(message: string): string {
  const tag = /^tag "(.*)" not found$/.exec(message)?.[1];
  if (tag !== undefined) return `There is no tag "${tag}". Known are: ${tagsShown}.`;
  const open = /^tag (.*) not closed$/.exec(message)?.[1];
  if (open)
    return `${open} is never closed. Add {% end${/\w+/.exec(open)?.[0] ?? ""} %} where it should end.`;
  const unclosed = /^(output|tag) "(.*)" not closed/s.exec(message)?.[2];
  if (unclosed) return `${unclosed.slice(0, 40)} is never closed. Add the closing braces.`;
  const filter = /^undefined filter: (.*)$/.exec(message)?.[1];
  if (filter) return unknownFilter(filter);
  const illegal = /^illegal tag: (.*)$/.exec(message)?.[1];
  if (illegal) return `${illegal} is incomplete.`;
  return `${message.charAt(0).toUpperCase()}${message.slice(1).replace(/, line:.*$/s, "")}.`;
}

/** A parsed template. `logic` says that it has tags, so that its text depends on more than its values. */
export type LiquidTemplate = {
  pieces: Piece[];
  logic: boolean;
  render(values: MergeValues, target: Target): string;
};

/** @throws TemplateError with every problem found */
export function parseTemplate(source: string): LiquidTemplate {
  const problems = checkTemplate(source);
  if (problems.length > 0) throw new TemplateError(problems);
  const pieces = cutPieces(source);
  const spelled = spellOut(pieces).source;
  const parsed: Partial<Record<Target, Template[]>> = {};
  return {
    pieces,
    logic: pieces.some(({ kind }) => kind === "tag"),
    render(values, target) {
      const templates = (parsed[target] ??= engines[target].parse(spelled));
      const out: unknown = rendering(() => engines[target].renderSync(templates, liquidScope(values)));
      const text = plainText(out);
      if (text.length > limits.sizeMax)
        throw new Error(`The rendered text has ${text.length} characters; ${limits.sizeMax} are allowed.`);
      return text;
    },
  };
}

/** The language wraps what its filters throw; a missing value is told apart by its class. */
function rendering(render: () => unknown): unknown {
  try {
    return render();
  } catch (error) {
    if (error instanceof LiquidError && error.originalError instanceof MissingValue)
      throw error.originalError;
    throw error;
  }
}

/** The fields a template names (`first_name`, `custom.plan`), in snake_case, each once. Loop variables and the like are not among them. */
export function variablesOf(source: string): string[] {
  const names = engines.text.globalVariableSegmentsSync(spellOut(cutPieces(source)).source);
  const paths = names.map((segments) =>
    canonicalPath(segments.filter((part) => typeof part === "string").join(".")),
  );
  return [...new Set(paths)].sort();
}

/** Names that no field has, each with a sentence. */
export function unknownVariables(source: string, variables: Readonly<Record<string, string>> = {}): string[] {
  return variablesOf(source)
    .filter((name) => !isKnownRoot(name.split(".")[0] ?? name, variables))
    .map(unknownField);
}

/** A name that no field has, in a sentence. */
export function unknownField(name: string): string {
  const near = mergeFields.find((field) => distance(field.path, name) <= 2)?.path;
  return near
    ? `No field is called ${name}. Did you mean ${near}?`
    : `No field is called ${name}. A field of your own is custom.${name}.`;
}

/** What is first wrong with a template, with its place, in one line; null when nothing is. */
export function liquidProblem(source: string): string | null {
  const [problem] = checkTemplate(source);
  return problem ? `line ${problem.line}, column ${problem.column}: ${problem.message}` : null;
}
