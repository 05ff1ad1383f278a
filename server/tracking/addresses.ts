import { env } from "#server/env";
import { linkToken, type LinkToken } from "./tokens.ts";

/** The message whose links are made. */
export type LinkOwner = Pick<LinkToken, "tenantId" | "workspaceId" | "messageId" | "test">;

export const openPixelUrl = (owner: LinkOwner) =>
  `${env.APP_URL}/t/o/${linkToken({ ...owner, kind: "open", linkIndex: 0 })}`;

export const clickUrl = (owner: LinkOwner, linkIndex: number) =>
  `${env.APP_URL}/t/c/${linkToken({ ...owner, kind: "click", linkIndex })}`;

export const unsubscribeUrl = (owner: LinkOwner) =>
  `${env.APP_URL}/u/${linkToken({ ...owner, kind: "unsubscribe", linkIndex: 0 })}`;
