import { index, integer, jsonb, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import {
  idColumn,
  instant,
  oneOf,
  sortedText,
  tenantColumns,
  tenantPolicy,
  timeColumns,
  within,
} from "./columns.ts";
import { domains } from "./domains.ts";

/** Machines and addresses that the operator sends from: a registry of the installation, without a tenant. */
export const vpsInstances = pgTable("vps_instances", {
  ...idColumn,
  name: sortedText().notNull().unique("vps_instances_name_unique"),
  provider: text(),
  region: text(),
  status: text().notNull().default("active"),
  ...timeColumns,
});

export const smtpIpAddresses = pgTable(
  "smtp_ip_addresses",
  {
    ...idColumn,
    ipAddress: sortedText().notNull().unique("smtp_ip_addresses_ip_unique"),
    hostname: sortedText(),
    vpsInstanceId: uuid().references(() => vpsInstances.id, { onDelete: "set null" }),
    status: text({ enum: ["active", "warming", "paused", "retired"] })
      .notNull()
      .default("active"),
    reputation: integer(),
    blacklists: jsonb().$type<string[]>().notNull().default([]),
    ...timeColumns,
  },
  (t) => [
    index("idx_smtp_ip_addresses_status").on(t.status),
    oneOf("valid_status", t.status, ["active", "warming", "paused", "retired"]),
  ],
);

/** Which address sends for a tenant's domain. */
export const domainIpAssignments = pgTable(
  "domain_ip_assignments",
  {
    ...tenantColumns,
    domainId: uuid().notNull(),
    ipAddressId: uuid()
      .notNull()
      .references(() => smtpIpAddresses.id),
    assignedAt: instant().notNull(),
    releasedAt: instant(),
  },
  (t) => [
    within(t, t.domainId, domains),
    tenantPolicy("domain_ip_assignments"),
    index("idx_domain_ip_assignments_domain").on(t.tenantId, t.domainId),
    unique("domain_ip_assignments_unique").on(t.tenantId, t.domainId, t.ipAddressId, t.assignedAt),
  ],
);
