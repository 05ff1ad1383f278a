/** Every way in which a request can fail as expected. Anything else is a bug. */
export const errorCodes = [
  "signed_out",
  "forbidden",
  "invalid",
  "not_found",
  "conflict",
  "limit",
  "unavailable",
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** Field name of the input → sentence for the person who filled it in. */
export type FieldProblems = Record<string, string>;

/**
 * An expected failure. The message is a sentence for the user and is shown as it stands, so it names
 * nothing that the user may not know.
 */
export class AppError extends Error {
  override name = "AppError";
  readonly code: ErrorCode;
  readonly fields: FieldProblems;

  constructor(code: ErrorCode, message: string, fields: FieldProblems = {}, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.fields = fields;
  }
}

/** HTTP status of each code, for route handlers and tRPC alike. */
export const httpStatus: Record<ErrorCode, number> = {
  signed_out: 401,
  forbidden: 403,
  invalid: 400,
  not_found: 404,
  conflict: 409,
  limit: 429,
  unavailable: 503,
};
