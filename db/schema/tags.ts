import { sql } from "drizzle-orm";
import { boolean, index, pgTable, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import {
  sortedText,
  tenantKey,
  timeColumns,
  within,
  workspaceColumns,
  workspacePolicy,
  workspaceRef,
} from "./columns.ts";
import { contacts } from "./contacts.ts";
import { workspaces } from "./workspaces.ts";

export const tags = pgTable(
  "tags",
  {
    ...workspaceColumns,
    name: sortedText().notNull(),
    color: text(),
    /** Whoever has it gets no campaign email; triggers note whom it lets go. At most one tag of a workspace. */
    doNotDisturb: boolean().notNull().default(false),
  },
  (t) => [
    tenantKey(t),
    within(t, t.workspaceId, workspaces),
    workspacePolicy("tags"),
    uniqueIndex("tags_name_unique").on(t.tenantId, t.workspaceId, sql`lower(${t.name})`),
    uniqueIndex("tags_do_not_disturb_unique")
      .on(t.tenantId, t.workspaceId)
      .where(sql`do_not_disturb`),
  ],
);

/** `importJobId` is the import that brought the tag, and takes it away when it is undone. */
export const contactTags = pgTable(
  "contact_tags",
  {
    ...workspaceRef,
    contactId: uuid().notNull(),
    tagId: uuid().notNull(),
    createdAt: timeColumns.createdAt,
    importJobId: uuid(),
  },
  (t) => [
    primaryKey({ name: "contact_tags_pkey", columns: [t.tenantId, t.contactId, t.tagId] }),
    within(t, t.contactId, contacts),
    within(t, t.tagId, tags),
    workspacePolicy("contact_tags"),
    index("idx_contact_tags_tag").on(t.tenantId, t.tagId, t.contactId),
  ],
);
