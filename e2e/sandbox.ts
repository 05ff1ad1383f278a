import { expect } from "@playwright/test";
import { env } from "#server/env";

/** What the sandbox's own API tells of a mail that it caught. */
export type SandboxMail = {
  id: string;
  /** The envelope's recipient. */
  to: string;
  subject: string;
};
export type SandboxMailDetail = SandboxMail & {
  html: string | null;
  text: string | null;
  links: string[];
  headers: Record<string, string>;
  unsubscribeUrl: string | null;
  /** As it came over the wire. */
  source: string;
};

export const sandboxUrl = () => `http://127.0.0.1:${env.SANDBOX_PORT}`;

async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(`${sandboxUrl()}${path}`, init);
  if (!response.ok) throw new Error(`The sandbox answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

/** Turns the robot off, or sets how it behaves: tests do by hand what they count. */
export async function setRobot(settings: Record<string, unknown>): Promise<void> {
  await ask("/api/robot", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(settings),
  });
}

/** Every mail whose subject contains the text, newest first. */
export async function mailsAbout(subject: string): Promise<SandboxMail[]> {
  const found: SandboxMail[] = [];
  for (let before = ""; ;) {
    const query = new URLSearchParams({ subject, limit: "1000", ...(before && { before }) });
    const rows = await ask<SandboxMail[]>(`/api/messages?${query}`);
    found.push(...rows);
    const last = rows.at(-1);
    if (rows.length < 1000 || !last) return found;
    before = last.id;
  }
}

/** Every mail that an address got, newest first. */
export const mailsTo = (to: string) => ask<SandboxMail[]>(`/api/messages?${new URLSearchParams({ to })}`);

export const readMail = (id: string) => ask<SandboxMailDetail>(`/api/messages/${id}`);

/** Waits until exactly so many mails about something have come. */
export async function expectMails(subject: string, count: number, timeout = 30_000): Promise<SandboxMail[]> {
  await expect.poll(async () => (await mailsAbout(subject)).length, { timeout }).toBe(count);
  return mailsAbout(subject);
}
