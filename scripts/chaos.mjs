import { installMissing, orExplain, runOn24 } from "./runtime.mjs";

await orExplain(async () => {
  await installMissing();
  runOn24("chaos/main.ts");
});
