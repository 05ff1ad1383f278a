import type { Scope } from "#db/tenancy";
import { env } from "#server/env";
import { linkToken } from "#server/tracking/tokens";

type Owner = Pick<Scope, "tenantId" | "workspaceId">;

/** Where inboxes fetch a picture; nobody can guess it, and it stays the same for ever. */
export const pictureAddress = ({ tenantId, workspaceId }: Owner, id: string): string =>
  `${env.APP_URL}/p/${linkToken({ kind: "picture", tenantId, workspaceId, messageId: id, linkIndex: 0, test: false })}`;

/** The file of a picture in storage. */
export const pictureKey = ({ tenantId, workspaceId }: Owner, id: string): string =>
  `${tenantId}/${workspaceId}/pictures/${id}`;
