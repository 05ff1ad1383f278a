import { missingPackages } from "./install.mjs";
import { orExplain, root, runOn24 } from "./runtime.mjs";

await orExplain(async () => {
  const missing = missingPackages(root);
  if (missing !== null) throw new Error(`packages  ${missing}. Run: npm ci (npm run up does it by itself)`);
  runOn24("doctor-main.ts");
});
