import { sql } from "drizzle-orm";
import { index, integer, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
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

export const pictureTypes = ["image/png", "image/jpeg", "image/gif"] as const;

/** A picture that stands in emails. Its bytes are in file storage under its id; once for the same bytes. */
export const pictures = pgTable(
  "pictures",
  {
    ...workspaceColumns,
    filename: text().notNull(),
    mime: text({ enum: pictureTypes }).notNull(),
    width: integer().notNull(),
    height: integer().notNull(),
    sizeBytes: integer().notNull(),
    sha256: sortedText().notNull(),
    /** What it said last where pictures are off; offered when it is used again. */
    alt: text().notNull().default(""),
    createdBy: uuid(),
    /** When it was uploaded or chosen, or some text was last found to refer to it. */
    referredAt: instant()
      .notNull()
      .default(sql`app_now()`),
    /** Since when it stands in words that are, or may have been, sent: it is never removed. */
    keptSince: instant(),
  },
  (t) => [
    tenantKey(t),
    within(t, t.workspaceId, workspaces),
    workspacePolicy("pictures"),
    unique("pictures_content_unique").on(t.tenantId, t.workspaceId, t.sha256),
    index("idx_pictures_workspace").on(t.tenantId, t.workspaceId, t.id),
    oneOf("valid_mime", t.mime, pictureTypes),
  ],
);
