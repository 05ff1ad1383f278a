import path from "node:path";
import { variableNames } from "#server/env";
import type { Variables } from "./child-env.ts";

type Place = {
  /** The variable that moves the ports, and the first of them without it. */
  variable: string;
  firstPort: number;
  /** How many ports, in words, for the error. */
  ports: string;
  /** Keeps everything, so that a running `up` is never disturbed. */
  folder: string;
};

/**
 * The environment of an installation of its own: data, ports from the first on, and nothing of what the shell or `.env`
 * sets for the product. `port(n)` is the n-th port after the first.
 * @throws Error when the variable names no such ports.
 */
export function variablesApart(
  source: Variables,
  { variable, firstPort, ports, folder }: Place,
): { variables: Variables; port: (n: number) => string } {
  const first = Number(source[variable] || firstPort);
  if (!Number.isInteger(first) || first < 1024 || first > 65_000) {
    throw new Error(
      `${variable} is ${source[variable]}: set it to the first of ${ports} free ports, or leave it out for ${firstPort}.`,
    );
  }
  const port = (n: number) => String(first + n);
  // Empty and not absent: a `.env` file must not put them back.
  const unset = Object.fromEntries(variableNames.map((name) => [name, ""]));
  const variables = {
    ...unset,
    NODE_ENV: "production",
    DATA_DIR: path.join(folder, "data"),
    PORT: port(0),
    WORKER_PORT: port(1),
    ENGINE_PORT: port(2),
    SANDBOX_PORT: port(3),
    SANDBOX_SMTP_PORT: port(4),
    PG_PORT: port(5),
  };
  return { variables, port };
}
