import path from "node:path";
import postgres from "postgres";
import { startPostgres } from "#db/embedded";

/**
 * A fresh, migrated database and the environment that points at it: on a server as the product starts it (fsync on),
 * or on the one whose superuser's address is BENCH_POSTGRES ("postgres://postgres:secret@127.0.0.1:5432").
 */
export async function openBenchDatabase(): Promise<{ owner: postgres.Sql; close: () => Promise<void> }> {
  const server = await openServer();
  const url = (role: string, database = "bench") => {
    const address = new URL(server.superuser);
    if (role !== "postgres") address.username = role;
    address.pathname = `/${database}`;
    return address.href;
  };
  Object.assign(process.env, {
    DATABASE_URL: url("bench_app"),
    DATABASE_OWNER_URL: url("postgres"),
    ENGINE_DATABASE_URL: url("bench_engine"),
    DATA_DIR: path.resolve(process.env.BENCH_DIR ?? ".data", "bench"),
    LOG_LEVEL: "warn",
  });
  const admin = postgres(url("postgres", "postgres"), { max: 1, onnotice: () => undefined });
  await admin`drop database if exists bench with (force)`;
  await admin.end();
  const { migrate } = await import("#db/migrate");
  await migrate({
    ownerUrl: url("postgres"),
    appUrl: url("bench_app"),
    engineUrl: url("bench_engine"),
  });
  const owner = postgres(url("postgres"), { max: 1, onnotice: () => undefined });
  const close = async () => {
    const { closeDatabase } = await import("#db/client");
    await closeDatabase();
    await owner.end();
    await server.stop();
  };
  return { owner, close };
}

async function openServer(): Promise<{ superuser: string; stop: () => Promise<void> }> {
  const given = process.env.BENCH_POSTGRES;
  if (given) return { superuser: given, stop: async () => undefined };
  const password = "bench";
  const port = Number(process.env.BENCH_PG_PORT ?? 55490);
  const dataDir = path.resolve(process.env.BENCH_DIR ?? ".data", "bench-pg");
  const { stop } = await startPostgres({ dataDir, port, password, fast: false });
  return { superuser: `postgres://postgres:${password}@127.0.0.1:${port}`, stop };
}

/** Seconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** What happens a few times a second only is told by its hundredths. */
const rounded = (rate: number) => (rate < 10 ? +rate.toFixed(2) : Math.round(rate));

/** One line a machine can read too: the figure, the floor, and what share of the floor is reached. */
export function report(name: string, unit: string, figure: number, floor: number): void {
  const line = {
    name,
    unit,
    figure: rounded(figure),
    floor: rounded(floor),
    ratio: +(figure / floor).toFixed(2),
  };
  console.log(`${name}: ${line.figure} ${unit}, floor ${line.floor} ${unit}, ratio ${line.ratio}`);
  console.log(JSON.stringify(line));
}
