import type { RefObject } from "react";
import type { TemplateProblems, TemplatePart } from "#server/templates/schema";
import type { BodyHandle } from "./body-handle.tsx";

type Props = {
  of: TemplateProblems[TemplatePart];
  /** Where a click on the place leads, if it can. */
  onShow?: RefObject<BodyHandle | null>;
};

/** What is wrong with one part of a mail, each with its place. */
export function Mistakes({ of: problems = [], onShow }: Props) {
  if (problems.length === 0) return null;
  return (
    <>
      {problems.map(({ line, column, message }) => (
        <span key={`${line}:${column}:${message}`} className="block">
          {onShow ? (
            <button
              type="button"
              className="font-medium underline underline-offset-2"
              onClick={() => onShow.current?.show(line, column)}
            >
              Line {line}, column {column}
            </button>
          ) : (
            <span className="font-medium">Character {column}</span>
          )}
          : {message}
        </span>
      ))}
    </>
  );
}
