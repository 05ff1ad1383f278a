import { type SQL, sql } from "drizzle-orm";

/** A suppression `s` that keeps mail of this workspace from whoever it is of, today. */
export const closes = sql`s.scope in ('tenant', 'workspace') and (s.expires_at is null or s.expires_at > app_now())`;

/** Whether a normalised address is on the suppression list, by itself, by its domain, or by the mark of who was erased. */
export const isSuppressed = (tenantId: SQL, address: SQL): SQL => sql`exists (
  select from suppressions s where s.email_normalized = any(suppression_keys(${tenantId}, ${address})) and ${closes})`;
