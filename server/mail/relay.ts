import { env } from "#server/env";
import type { MailServer } from "./smtp-session.ts";

/** The built-in sandbox's catcher. It keeps the user name as the mailbox that sent. */
export function sandboxServer(mailboxId?: string): MailServer {
  return {
    host: "127.0.0.1",
    port: env.SANDBOX_SMTP_PORT,
    security: "none",
    user: mailboxId,
    password: mailboxId && "sandbox",
    trusted: true,
  };
}

/** The operator's server (SMTP_URL), or the sandbox when none is set. The product's own mail goes through it. */
export function relayServer(smtpUrl = env.SMTP_URL): MailServer {
  if (!smtpUrl) return sandboxServer();
  const url = new URL(smtpUrl);
  const implicit = url.protocol === "smtps:";
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port) || (implicit ? 465 : 587),
    security: implicit ? "tls" : "auto",
    user: url.username ? decodeURIComponent(url.username) : undefined,
    password: url.password ? decodeURIComponent(url.password) : undefined,
    trusted: true,
  };
}
