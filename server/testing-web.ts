/*
 * A web server in a process of its own, as far as traces go: what Next calls when it starts, one traced request at "/",
 * and Next's way to end on a signal, which is to drain and then to leave without waiting for anybody.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { register } from "../instrumentation.ts";
import { traced } from "./tracing.ts";

process.env.NEXT_RUNTIME = "nodejs";
const server = createServer((_, response) => {
  void traced("page", { kind: "server" }, async () => void response.end("a page"));
});
for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.on(signal, () => {
    server.close(() => process.exit(143));
    server.closeIdleConnections();
  });
await register();
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
