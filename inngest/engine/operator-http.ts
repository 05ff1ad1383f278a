import type { Database } from "./database.ts";
import { findHealth } from "./health.ts";
import { ActRefused, cancelRun, replayFailed, rerun } from "./operator-actions.ts";
import { findRun, listFunctions, listRuns } from "./operator-queries.ts";
import { isAuthorized } from "./signature.ts";
import type { Workers } from "./workers.ts";

type Options = {
  database: Database;
  workers: Pick<Workers, "list">;
  signingKeys: readonly string[];
  owner: string;
  wake: () => void;
};
type Request = { method: string; path: string; query: URLSearchParams; authorization: string | undefined };
type Answer = { status: number; body: unknown };

const refuse = (status: number, error: string): Answer => ({ status, body: { status, error } });
const prefix = "/operator/";

/**
 * What the operators' pages ask, under `/operator/`: they run in the web server, which proves who is an operator, and hold
 * the signing key. Undefined for any other address.
 */
export async function answerOperator(options: Options, request: Request): Promise<Answer | undefined> {
  if (!request.path.startsWith(prefix)) return undefined;
  if (!isAuthorized(request.authorization, options.signingKeys)) return refuse(401, "Wrong signing key.");
  try {
    return (
      (await (request.method === "POST" ? act(options, request) : read(options, request)))
      ?? refuse(404, `There is nothing at ${request.method} ${request.path}.`)
    );
  } catch (error) {
    if (error instanceof ActRefused) return refuse(error.status, error.message);
    throw error;
  }
}

async function read(options: Options, { path, query }: Request): Promise<Answer | undefined> {
  const { database } = options;
  if (path === `${prefix}overview`) {
    const [health, functions] = await Promise.all([findHealth(options), listFunctions(database)]);
    return { status: 200, body: { ...health.body, functions } };
  }
  if (path === `${prefix}runs`) {
    const filter = {
      functionId: query.get("function"),
      status: query.get("status"),
      id: query.get("id"),
      phase: query.get("phase"),
      error: query.get("error"),
      from: query.get("from"),
      to: query.get("to"),
      after: query.get("after"),
    };
    return { status: 200, body: await listRuns(database, filter) };
  }
  const [, id] = /^\/operator\/runs\/([^/]+)$/.exec(path) ?? [];
  if (!id) return undefined;
  const run = await findRun(database, id, Number(query.get("afterStep") ?? 0) || 0);
  return run
    ? { status: 200, body: run }
    : refuse(404, "There is no such run: it has been removed, or never was.");
}

async function act(options: Options, { path, query }: Request): Promise<Answer | undefined> {
  const { database, owner, wake } = options;
  if (path === `${prefix}replay`) {
    const done = await replayFailed(database, { functionId: query.get("function"), owner });
    wake();
    return { status: 200, body: done };
  }
  const [, id, act] = /^\/operator\/runs\/([^/]+)\/(cancel|rerun)$/.exec(path) ?? [];
  if (!id) return undefined;
  if (act === "cancel") await cancelRun(database, id, owner);
  const runId = act === "rerun" ? await rerun(database, id, owner) : id;
  wake();
  return { status: 200, body: { runId } };
}
