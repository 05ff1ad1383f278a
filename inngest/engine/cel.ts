import { createHash } from "node:crypto";
import { Environment, type ASTNode, type ParseResult } from "@marcbachmann/cel-js";

type Values = { event?: unknown; async?: unknown };
type Path = string[];

const environment = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });
const compiled = new Map<string, ParseResult>();

function compile(expression: string): ParseResult {
  let parsed = compiled.get(expression);
  if (!parsed) {
    parsed = environment.parse(expression);
    // Expressions come from registered code, but a wait's may be built per run: don't keep them for ever.
    if (compiled.size >= 5000) compiled.clear();
    compiled.set(expression, parsed);
  }
  return parsed;
}

/** Says what is wrong with an expression, or null. `names` are the variables it may use. */
export function expressionProblem(expression: string, names: readonly ("event" | "async")[]): string | null {
  try {
    const unknown = variables(compile(expression).ast).find((name) => !(names as string[]).includes(name));
    return unknown ? `it uses \`${unknown}\`, but may use only ${names.join(" and ")}` : null;
  } catch (error) {
    return error instanceof Error ? (error.message.split("\n")[0] ?? error.message) : String(error);
  }
}

/**
 * What an expression yields. A missing key counts as null, as on the real server: `has()` needs the truth
 * and gets it, since the keys are filled in only after the plain evaluation has stumbled over one.
 */
export function evaluate(expression: string, values: Values): unknown {
  const parsed = compile(expression);
  const plain = attempt(parsed, values);
  if (plain.ok) return plain.value;
  const filled: Values = structuredClone(values);
  for (const path of paths(parsed.ast)) fill(filled, path);
  const again = attempt(parsed, filled);
  return again.ok ? again.value : null;
}

/** Whether a condition holds. Comparing what cannot be compared is false, not an error. */
export function matches(expression: string | null | undefined, values: Values): boolean {
  return !expression || evaluate(expression, values) === true;
}

/** The text of a key such as `event.data.tenantId`, by which runs are told apart. */
export function keyOf(expression: string, values: Values): string {
  const value = evaluate(expression, values);
  return typeof value === "string" ? value : stringify(value);
}

/** One `event.a.b == async.c.d` that the whole expression cannot be true without. */
export type Equality = { event: Path; async: Path };

export function equalityOf(expression: string): Equality | null {
  const search = (node: ASTNode): Equality | null => {
    if (node.op === "&&") return search(node.args[0]) ?? search(node.args[1]);
    if (node.op !== "==") return null;
    const [left, right] = [pathOf(node.args[0]), pathOf(node.args[1])];
    if (left?.[0] === "event" && right?.[0] === "async") return { event: left, async: right };
    if (left?.[0] === "async" && right?.[0] === "event") return { event: right, async: left };
    return null;
  };
  return search(compile(expression).ast);
}

/** A short fingerprint of the value at a path, equal for values that CEL calls equal. */
export function valueAt(path: Path, values: Values): string {
  const value = path.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), values);
  return createHash("sha1").update(stringify(value)).digest("base64url");
}

function attempt(parsed: ParseResult, values: Values): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: parsed(values) as unknown };
  } catch {
    return { ok: false };
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function stringify(value: unknown): string {
  return (
    JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? Number(part) : part)) ?? "null"
  );
}

function fill(values: Values, path: Path): void {
  let at: unknown = values;
  path.forEach((key, index) => {
    if (!isRecord(at) || Array.isArray(at)) return;
    if (at[key] === undefined || (at[key] === null && index < path.length - 1)) {
      at[key] = index === path.length - 1 ? null : {};
    }
    at = at[key];
  });
}

function pathOf(node: ASTNode): Path | null {
  if (node.op === "id") return [node.args];
  if (node.op === ".") return extend(node.args[0], node.args[1]);
  if (node.op !== "[]") return null;
  const key = node.args[1];
  return key.op === "value" && typeof key.args === "string" ? extend(node.args[0], key.args) : null;
}

function extend(node: ASTNode, key: string): Path | null {
  const path = pathOf(node);
  return path && [...path, key];
}

function isNode(value: unknown): value is ASTNode {
  return isRecord(value) && typeof value.op === "string" && "args" in value;
}

function nodesIn(args: unknown): ASTNode[] {
  if (isNode(args)) return [args];
  return Array.isArray(args) ? args.flatMap(nodesIn) : [];
}

function paths(node: ASTNode): Path[] {
  if (node.op === "call" && node.args[0] === "has") return [];
  const path = pathOf(node);
  return path ? [path] : nodesIn(node.args).flatMap(paths);
}

/** Free variables: a macro such as `list.exists(x, …)` binds its first argument. */
function variables(node: ASTNode, bound: readonly string[] = []): string[] {
  if (node.op === "id") return bound.includes(node.args) ? [] : [node.args];
  const first = node.op === "rcall" ? node.args[2][0] : undefined;
  const macro =
    node.op === "rcall" && node.args[2].length > 1 && first?.op === "id" ? [...bound, first.args] : bound;
  return nodesIn(node.args).flatMap((child) => variables(child, macro));
}
