import { boolean, jsonb, pgTable, text, unique } from "drizzle-orm/pg-core";
import {
  instant,
  oneOf,
  sortedText,
  tenantKey,
  within,
  workspaceColumns,
  workspacePolicy,
} from "./columns.ts";
import { workspaces } from "./workspaces.ts";

export const verificationStatuses = ["pending", "verified", "failed"] as const;

/** A domain that a workspace sends from. */
export const domains = pgTable(
  "domains",
  {
    ...workspaceColumns,
    domain: sortedText().notNull(),
    verificationStatus: text({ enum: verificationStatuses }).notNull().default("pending"),
    dnsRecords: jsonb().$type<Record<string, unknown>[]>().notNull().default([]),
    dkimSelector: text(),
    dkimKeySealed: text(),
    isPrimary: boolean().notNull().default(false),
    trackingDomain: sortedText(),
    returnPath: sortedText(),
    verifiedAt: instant(),
    lastCheckedAt: instant(),
  },
  (t) => [
    tenantKey(t),
    within(t, t.workspaceId, workspaces),
    workspacePolicy("domains"),
    unique("domains_domain_unique").on(t.tenantId, t.domain),
    oneOf("valid_verification_status", t.verificationStatus, verificationStatuses),
  ],
);
