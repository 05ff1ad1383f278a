import { integer, jsonb, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import { campaigns } from "./campaigns.ts";
import { logColumns, sortedText, within, workspaceColumns, workspacePolicy } from "./columns.ts";

/**
 * The steps of a draft as they were at one of the campaign's versions: what undo, redo and going back are made of.
 * `undoTo` and `redoTo` are versions too; null when there is nothing to undo or to do again.
 */
export const campaignVersions = pgTable(
  "campaign_versions",
  {
    ...workspaceColumns,
    campaignId: uuid().notNull(),
    version: integer().notNull(),
    undoTo: integer(),
    redoTo: integer(),
    /** `Changed email “Welcome”`: what was done to the version it was made from. */
    label: text().notNull(),
    /** The step whose content alone was changed: more of the same soon after is one change. */
    typedStep: uuid(),
    /** Not a key: the version outlives who made it. */
    madeBy: uuid(),
    /** `{ id, hash, said, title }[]` in order; `hash` names the state, `said` tells its content from its place. */
    steps: jsonb().$type<unknown>().notNull(),
  },
  (t) => [
    within(t, t.campaignId, campaigns),
    workspacePolicy("campaign_versions"),
    unique("campaign_versions_version_unique").on(t.tenantId, t.campaignId, t.version),
  ],
);

/** What a step said and where it led, under the hash of it: versions share what did not change. */
export const campaignStepStates = pgTable(
  "campaign_step_states",
  {
    ...logColumns,
    campaignId: uuid().notNull(),
    hash: sortedText().notNull(),
    state: jsonb().$type<Record<string, unknown>>().notNull(),
  },
  (t) => [
    within(t, t.campaignId, campaigns),
    workspacePolicy("campaign_step_states"),
    unique("campaign_step_states_hash_unique").on(t.tenantId, t.campaignId, t.hash),
  ],
);
