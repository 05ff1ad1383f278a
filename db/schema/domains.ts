import { sql } from "drizzle-orm";
import { boolean, check, index, jsonb, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
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

/** A record in DNS as it was last looked for. `value` is what it should hold, `found` what it did, `note` says more. */
export type CheckedRecord = {
  kind: "dkim" | "next_dkim" | "spf" | "dmarc";
  name: string;
  value: string;
  /** `unknown`: the name service did not say. */
  state: "found" | "warning" | "missing" | "wrong" | "unknown";
  found: string[];
  note: string | null;
};

/** What a block list says of a domain. A listing counts once it has been seen again some minutes after the first time. */
export type CheckedBlockList = {
  list: string;
  /** Its last answer; `unknown`: it said nothing, and `note` why. */
  state: "listed" | "clear" | "unknown";
  note: string | null;
  /** The list's own words about the listing that stands, or was the last. */
  words: string | null;
  seenAt: string | null;
  countsSince: string | null;
  /** When it was seen last; missing in what was written before this was kept. */
  lastSeenAt?: string | null;
  /** When a listing that counted lapsed: the list had said nothing for a day. */
  lapsedAt?: string | null;
  /** When a listing that counted was over. */
  endedAt: string | null;
};

/**
 * A domain that a workspace sends from. Mail is signed with the DKIM key once its record has been seen (`verifiedAt`),
 * which goes on until the record of a next key has been.
 */
export const domains = pgTable(
  "domains",
  {
    ...workspaceColumns,
    domain: sortedText().notNull(),
    verificationStatus: text({ enum: verificationStatuses }).notNull().default("pending"),
    dnsRecords: jsonb().$type<CheckedRecord[]>().notNull().default([]),
    blockLists: jsonb().$type<CheckedBlockList[]>().notNull().default([]),
    dkimSelector: text(),
    dkimKeySealed: text(),
    /** Base64 of the key's DER form, as its record holds it. */
    dkimPublicKey: text(),
    nextDkimSelector: text(),
    nextDkimKeySealed: text(),
    nextDkimPublicKey: text(),
    /** Of the key before, whose record is needed until its last mail has arrived. */
    previousDkimSelector: text(),
    rotatedAt: instant(),
    isPrimary: boolean().notNull().default(false),
    trackingDomain: sortedText(),
    returnPath: sortedText(),
    verifiedAt: instant(),
    lastCheckedAt: instant(),
    nextCheckAt: instant()
      .notNull()
      .default(sql`app_now()`),
    createdBy: uuid(),
  },
  (t) => [
    tenantKey(t),
    within(t, t.workspaceId, workspaces),
    workspacePolicy("domains"),
    unique("domains_domain_unique").on(t.tenantId, t.domain),
    index("idx_domains_next_check_at").on(t.nextCheckAt),
    check("whole_dkim_key", sql`num_nonnulls(dkim_selector, dkim_key_sealed, dkim_public_key) in (0, 3)`),
    check(
      "whole_next_dkim_key",
      sql`num_nonnulls(next_dkim_selector, next_dkim_key_sealed, next_dkim_public_key) in (0, 3)`,
    ),
    oneOf("valid_verification_status", t.verificationStatus, verificationStatuses),
  ],
);
