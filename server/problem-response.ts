import { TRPCError } from "@trpc/server";
import { AppError, httpStatus } from "#server/errors";

/** A failed call as the answer of a route handler: `{ code, message, fields }` and the status of its code. Throws what is no expected failure. */
export function problemResponse(error: unknown): Response {
  const known = error instanceof TRPCError ? error.cause : error;
  if (!(known instanceof AppError)) throw error;
  return Response.json(
    { code: known.code, message: known.message, fields: known.fields },
    { status: httpStatus[known.code], headers: { "cache-control": "no-store" } },
  );
}
