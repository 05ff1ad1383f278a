import type { InngestFunction } from "inngest";
import { exportContacts } from "./functions/export-contacts.ts";
import { importContacts } from "./functions/import-contacts.ts";
import { undoImport } from "./functions/undo-import.ts";

/** Every function of the product, in the order of the dashboard. Whoever serves functions serves these. */
export const functions: InngestFunction.Like[] = [importContacts, undoImport, exportContacts];
