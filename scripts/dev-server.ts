import { existsSync } from "node:fs";
import path from "node:path";

/** The Inngest Dev Server's program, in the packages or on the PATH; undefined when it is not installed. */
export function findDevServer(root: string): string | undefined {
  const folders = [
    path.join(root, "node_modules", ".bin"),
    ...(process.env.PATH ?? "").split(path.delimiter),
  ];
  const names =
    process.platform === "win32" ? ["inngest-cli.cmd", "inngest.exe"] : ["inngest-cli", "inngest"];
  return folders
    .flatMap((folder) => names.map((name) => path.join(folder, name)))
    .find((file) => existsSync(file));
}
