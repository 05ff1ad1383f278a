import { installMissing, loadDotEnv, orExplain, runOn24 } from "./runtime.mjs";

await orExplain(async () => {
  loadDotEnv();
  await installMissing();
  runOn24("database-main.ts");
});
