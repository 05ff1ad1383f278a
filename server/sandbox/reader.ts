import PostalMime from "postal-mime";
import { decodeEntities } from "#server/mail/html-links";
import { readHead } from "./head.ts";

/** The addresses in a mail that a reader can reach. */
export type MailLinks = { pixel: string | null; clicks: string[]; unsubscribe: string | null };

/** Only addresses of our own product are for the robot: it never calls on anybody else. */
export async function linksOf(raw: Buffer, appUrl: string): Promise<MailLinks> {
  const { origin } = new URL(appUrl);
  const html = (await PostalMime.parse(raw)).html ?? "";
  const addresses = [...html.matchAll(/\b(?:href|src)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi)]
    .map((match) => decodeEntities(match[1] ?? match[2] ?? ""))
    .filter((address) => URL.parse(address)?.origin === origin);
  const unsubscribe = readHead(raw).unsubscribeUrl;
  return {
    pixel: addresses.find((address) => new URL(address).pathname.startsWith("/t/o/")) ?? null,
    clicks: addresses.filter((address) => new URL(address).pathname.startsWith("/t/c/")),
    unsubscribe: unsubscribe && URL.parse(unsubscribe)?.origin === origin ? unsubscribe : null,
  };
}

const browsers = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
  "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
];

/** Does one thing with a mail, as a person's browser would. Says in words what came of it. */
export async function act(
  { act: what, raw }: { act: "open" | "click" | "unsubscribe"; raw: Buffer },
  appUrl: string,
  chance: () => number = Math.random,
): Promise<string> {
  const links = await linksOf(raw, appUrl);
  const agent = browsers[Math.floor(chance() * browsers.length)] ?? "";
  const call = (address: string, init: RequestInit = {}) =>
    fetch(address, {
      ...init,
      redirect: "manual",
      signal: AbortSignal.timeout(15_000),
      headers: { ...init.headers, "user-agent": agent },
    });
  if (what === "open")
    return links.pixel ? `opened (${(await call(links.pixel)).status})` : "has no pixel to open";
  if (what === "click") {
    const address = links.clicks[Math.floor(chance() * links.clicks.length)];
    if (!address) return "has no link to click";
    const response = await call(address);
    // The target is somebody's real site: a person would go there, a robot must not.
    return `clicked (${response.status}), which leads to ${response.headers.get("location") ?? "nowhere"}`;
  }
  if (!links.unsubscribe) return "has no unsubscribe link";
  if (chance() < 0.5) {
    const response = await call(links.unsubscribe, form("List-Unsubscribe=One-Click"));
    return `unsubscribed with one click (${response.status})`;
  }
  await call(links.unsubscribe);
  return `unsubscribed on the page (${(await call(links.unsubscribe, form("act=unsubscribe"))).status})`;
}

const form = (body: string): RequestInit => ({
  method: "POST",
  body,
  headers: { "content-type": "application/x-www-form-urlencoded" },
});
