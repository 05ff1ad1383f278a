import { loadDotEnv, orExplain, runOn24 } from "./runtime.mjs";

await orExplain(async () => {
  loadDotEnv();
  runOn24("start-main.ts");
});
