/** Programs that fetch pixels and links by themselves: gateways that scan mail, previews, prefetchers, scripts. */
const scanners =
  /bot\b|crawl|spider|scanner|preview|prefetch|slurp|curl\/|wget|python|go-http|okhttp|java\/|libwww|node-fetch|undici|axios|proofpoint|mimecast|barracuda|safelinks|symantec|messagelabs|forcepoint|trendmicro|sophos|fireeye|trellix|ironport|avanan|checkpoint|bitdefender|zscaler|cloudmark|facebookexternalhit|whatsapp|telegram|skypeuri/i;

/** Seconds after the message left in which nobody has read it yet. */
export const tooSoonSeconds = 2;
/** As many links as this, every one of a message, within this many seconds: a scanner follows them all. */
export const burst = { linksMin: 3, seconds: 10 };

/** Why a request is not a person's, as far as the request itself shows it; null when it may be one. */
export function machineReason(headers: Headers): string | null {
  const agent = headers.get("user-agent")?.trim() ?? "";
  if (agent === "") return "no_user_agent";
  // Apple's mail privacy proxy names nothing but this, and fetches every pixel when the mail arrives.
  if (agent === "Mozilla/5.0") return "privacy_proxy";
  if (scanners.test(agent)) return "scanner";
  const purpose = [
    headers.get("purpose"),
    headers.get("sec-purpose"),
    headers.get("x-moz"),
    headers.get("x-purpose"),
  ];
  return purpose.some((value) => /prefetch|preview/i.test(value ?? "")) ? "prefetch" : null;
}
