import { initTRPC, TRPCError } from "@trpc/server";
import superjson from "superjson";
import { ZodError } from "zod";
import { holdsUnstorable } from "#db/errors";
import { withTenant, type TenantTx } from "#db/tenancy";
import type { Member } from "#server/accounts/queries";
import type { Context } from "#server/context";
import { isDeparted } from "#server/departed";
import { AppError } from "#server/errors";
import { log, withLogContext } from "#server/log";
import { procedureSeconds } from "#server/metrics";
import { grants, type Permission } from "#server/permissions";
import { takeFromLimit, type Limit } from "#server/rate-limits";
import { findingNobody, mustBeStorable } from "#server/storable";
import { traced } from "#server/tracing";

const t = initTRPC.context<Context>().create({
  transformer: superjson,
  errorFormatter: ({ shape, error, ctx }) => {
    const known = error.cause instanceof AppError ? error.cause : null;
    return {
      code: shape.code,
      message: known?.message ?? refusals[error.code] ?? "Something went wrong. Try again in a moment.",
      data: {
        code: known?.code ?? (error.code === "NOT_FOUND" ? "not_found" : "unexpected"),
        fields: known?.fields ?? {},
        requestId: ctx?.requestId ?? null,
      },
    };
  },
});

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/** Refusals of the transport itself: no procedure of that name, wrong method, a body that is not JSON. */
const refusals: Partial<Record<TRPCError["code"], string>> = {
  NOT_FOUND: "There is no such procedure.",
  METHOD_NOT_SUPPORTED: "Queries are read with GET, mutations are sent with POST.",
  PARSE_ERROR: "The request body is not valid JSON.",
  UNSUPPORTED_MEDIA_TYPE: "Send the request as application/json.",
};

const transportCodes: Record<AppError["code"], TRPCError["code"]> = {
  signed_out: "UNAUTHORIZED",
  forbidden: "FORBIDDEN",
  invalid: "BAD_REQUEST",
  not_found: "NOT_FOUND",
  conflict: "CONFLICT",
  limit: "TOO_MANY_REQUESTS",
  unavailable: "SERVICE_UNAVAILABLE",
};

/** Zod issues as one sentence per field, keyed by the path as a form names it (`address.city`, `steps.0.subject`). */
function invalidInput(error: ZodError): AppError {
  const fields: Record<string, string> = {};
  for (const issue of error.issues) fields[issue.path.join(".")] ??= issue.message;
  const [path, message] = Object.entries(fields)[0] ?? ["", "The input is not valid."];
  return new AppError("invalid", path ? `${path}: ${message}` : message, fields);
}

function toTransport(error: TRPCError): TRPCError {
  const known = error.cause instanceof ZodError ? invalidInput(error.cause) : error.cause;
  if (!(known instanceof AppError)) return error;
  return new TRPCError({ code: transportCodes[known.code], message: known.message, cause: known });
}

function outcomeOf(result: { ok: true } | { ok: false; error: TRPCError }): string {
  if (result.ok) return "ok";
  const known = toTransport(result.error).cause;
  return known instanceof AppError ? known.code : "unexpected";
}

const measured = t.procedure.use(async ({ ctx, path, type, next }) => {
  const startedAt = performance.now();
  const result = await withLogContext({ requestId: ctx.requestId }, () =>
    traced(`procedure ${path}`, { attributes: { requestId: ctx.requestId, type } }, () => next()),
  );
  const ms = performance.now() - startedAt;
  procedureSeconds.observe({ procedure: path, outcome: outcomeOf(result) }, ms / 1000);
  const line = { requestId: ctx.requestId, path, type, ms: Math.round(ms) };
  if (result.ok) {
    log.debug(line, "procedure");
    return result;
  }
  const error = toTransport(result.error);
  if (error.cause instanceof AppError) log.info({ ...line, code: error.cause.code }, error.message);
  else if (isDeparted(error.cause)) log.info(line, "the browser left before its request was whole");
  else log.error({ ...line, err: error.cause ?? error }, "procedure failed");
  throw error;
});

/** What is only asked for may hold anything: a search for what nobody can hold finds nobody. */
const procedure = measured.use(async ({ type, getRawInput, next }) => {
  if (type === "mutation") mustBeStorable(await getRawInput());
  const result = await next();
  if (type !== "query" || result.ok || !holdsUnstorable(result.error)) return result;
  return next({ getRawInput: async () => findingNobody(await getRawInput()) });
});

/** Open to everybody: sign-in, registration, invitation links. */
export const publicProcedure = procedure;

/** Demands a live session; adds `ctx.session`. For what a person does outside any workspace. */
export const signedInProcedure = procedure.use(async ({ ctx, next }) => {
  const { session } = await ctx.identity();
  if (!session) throw signedOut();
  return next({ ctx: { session } });
});

/** Demands a live session of somebody who operates the installation; to others it is not there. */
export const operatorProcedure = signedInProcedure.use(async ({ ctx, next }) => {
  if (!ctx.session.user.isOperator) throw new AppError("not_found", "There is no such page.");
  return next();
});

async function prove(ctx: Context, permission: Permission) {
  const { session, member } = await ctx.identity();
  if (!session) throw signedOut();
  if (!member) throw new AppError("not_found", "There is no such workspace.");
  if (!grants(member, permission))
    throw new AppError(
      "forbidden",
      "Your role does not allow this. Ask an admin of the workspace for access.",
    );
  return { session, member };
}

/**
 * Demands a session, membership of the workspace the request names, and a role that grants `permission`. Adds
 * `ctx.member` and `ctx.tenant(work)`, which opens a transaction that sees that workspace only.
 */
export const allowed = (permission: Permission) =>
  procedure.use(async ({ ctx, next }) => {
    const { session, member } = await prove(ctx, permission);
    return next({ ctx: { session, member, tenant: inScope(member) } });
  });

/** The same for work across all workspaces of the organization that owns the named workspace. */
export const organization = (permission: Permission) =>
  procedure.use(async ({ ctx, next }) => {
    const proven = await prove(ctx, permission);
    const member: Member = { ...proven.member, scope: { ...proven.member.scope, workspaceId: "*" } };
    return next({ ctx: { session: proven.session, member, tenant: inScope(member) } });
  });

/** Open to everybody, a number of times: counts calls per address and procedure, across all web processes. */
export const limited = (limit: Limit) =>
  procedure.use(async ({ ctx, path, next }) => {
    await takeFromLimit(`${path}:${ctx.ip}`, limit);
    return next();
  });

const inScope =
  (member: Member) =>
  <T>(work: (tx: TenantTx) => Promise<T>): Promise<T> =>
    withTenant(member.scope, work);

const signedOut = () => new AppError("signed_out", "Sign in to continue.");
