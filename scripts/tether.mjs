// Loaded into every process that `up` starts. Standard input is a pipe from there: when it closes, the starter is
// gone, however it ended, and so this process ends too instead of holding its port for nobody.
// Next.js hands it down to helpers of its own, whose input is no pipe and which end with Next.js.
import { fstatSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

const graceMs = 12_000;

function isPipe() {
  const input = fstatSync(0, { throwIfNoEntry: false });
  return input?.isFIFO() === true || input?.isSocket() === true;
}

if (isMainThread && isPipe()) {
  const leave = () => {
    setTimeout(() => process.kill(process.pid, "SIGKILL"), graceMs).unref();
    process.kill(process.pid, "SIGTERM");
  };
  process.stdin.once("end", leave);
  process.stdin.once("error", leave);
  process.stdin.resume();
  process.stdin.unref?.();
}
