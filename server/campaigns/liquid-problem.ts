import { checkTemplate, unknownVariables } from "#server/mail/liquid";

/** The first thing wrong with a template, with its place; null when it can be sent. */
export function liquidProblem(source: string): string | null {
  const [first] = checkTemplate(source);
  return first ? `line ${first.line}, column ${first.column}: ${first.message}` : null;
}

/** One sentence for each name that nothing fills. Empty for a template that does not parse. */
export function unknownNames(source: string, variables: Readonly<Record<string, string>>): string[] {
  return checkTemplate(source).length > 0 ? [] : unknownVariables(source, variables);
}
