import path from "node:path";
import { lockHolder } from "./lock.mjs";
import { alreadyRuns, installMissing, loadDotEnv, orExplain, runOn24 } from "./runtime.mjs";

await orExplain(async () => {
  loadDotEnv();
  // Asked before anything is installed: packages must not change under a running product.
  const holder = lockHolder(path.resolve(process.env.DATA_DIR || ".data", "up.lock"));
  if (holder) throw new Error(alreadyRuns(holder));
  await installMissing();
  runOn24("up-main.ts");
});
