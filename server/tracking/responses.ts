import { withTenant, type TenantTx } from "#db/tenancy";
import { addressOf } from "#server/address";
import { log } from "#server/log";
import { recordHit } from "./batch.ts";
import { findConsent, resubscribe, unsubscribe } from "./consent.ts";
import { machineReason } from "./machines.ts";
import { publicResponse } from "./public-page.ts";
import { clickTarget } from "./targets.ts";
import { readToken, type LinkToken } from "./tokens.ts";

const pixel = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");
const inScope = <T>({ tenantId, workspaceId }: LinkToken, work: (tx: TenantTx) => Promise<T>) =>
  withTenant({ tenantId, workspaceId }, work);

function pixelResponse(status: number): Response {
  return new Response(new Uint8Array(pixel), {
    status,
    headers: { "content-type": "image/gif", "cache-control": "no-store, private, max-age=0" },
  });
}

const notOurs = () =>
  publicResponse(
    {
      title: "This link does not work",
      text: "It is incomplete, or was changed on its way. Open it from the mail again, or copy all of it.",
    },
    404,
  );
const gone = () =>
  publicResponse(
    { title: "This link has ended", text: "The mail it came with is no longer kept here." },
    410,
  );

const seen = (request: Request) => ({
  ip: addressOf(request.headers),
  userAgent: request.headers.get("user-agent")?.slice(0, 500) ?? null,
  machineReason: machineReason(request.headers),
});

/** Answers for the open pixel. HEAD looks the same and counts nothing. */
export async function openResponse(request: Request, text: string): Promise<Response> {
  const token = readToken(text, "open");
  if (!token) return pixelResponse(404);
  if (request.method === "GET" && !token.test) {
    await recordHit(token, {
      messageId: token.messageId,
      type: "opened",
      linkIndex: null,
      url: null,
      ...seen(request),
    });
  }
  return pixelResponse(200);
}

/** Answers a click: on to the stored target and nowhere else. HEAD leads there too, and counts nothing. */
export async function clickResponse(request: Request, text: string): Promise<Response> {
  const token = readToken(text, "click");
  if (!token) return notOurs();
  const target = await inScope(token, (tx) => clickTarget(tx, token));
  if (!target) return gone();
  if (request.method === "GET" && !token.test) {
    const { messageId, linkIndex } = token;
    await recordHit(token, { messageId, type: "clicked", linkIndex, url: target, ...seen(request) });
  }
  return new Response(null, {
    status: 302,
    headers: {
      location: target,
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-robots-tag": "noindex",
    },
  });
}

const testMail = () =>
  publicResponse({
    title: "This was a test mail",
    text: "The link works. In the real mail it unsubscribes its recipient; here it changes nothing.",
  });

/** Shows what the link would do. Changes nothing, whoever follows it: gateways open every link of a mail. */
export async function unsubscribePage(text: string): Promise<Response> {
  const token = readToken(text, "unsubscribe");
  if (!token) return notOurs();
  if (token.test) return testMail();
  const consent = await inScope(token, (tx) => findConsent(tx, token));
  if (!consent) return gone();
  if (consent.unsubscribed) return unsubscribedPage(consent.workspace);
  return publicResponse({
    title: `Unsubscribe from ${consent.workspace}?`,
    text: `${consent.address} will get no more mail from ${consent.workspace}.`,
    actions: [{ act: "unsubscribe", label: "Unsubscribe" }],
  });
}

const unsubscribedPage = (workspace: string) =>
  publicResponse({
    title: "You are unsubscribed",
    text: `You will get no more mail from ${workspace}. Was it a mistake?`,
    actions: [{ act: "resubscribe", label: "Subscribe again", quiet: true }],
  });

/**
 * Acts: the one-click post of a mail program (RFC 8058) and the buttons of the page come here. No cookie, no
 * redirect, and 200 every time it is sent.
 */
export async function consentResponse(request: Request, text: string): Promise<Response> {
  const token = readToken(text, "unsubscribe");
  if (!token) return notOurs();
  const act = await actOf(request);
  if (token.test) return testMail();
  const again = act === "resubscribe";
  const source = act === "unsubscribe" ? "page" : "one_click";
  const consent = await inScope(token, async (tx) => {
    const known = again ? await resubscribe(tx, token) : await unsubscribe(tx, token, source);
    return known ? findConsent(tx, token) : null;
  });
  if (!consent) return gone();
  log.info(
    { workspaceId: token.workspaceId, messageId: token.messageId, act: again ? act : source },
    "consent changed",
  );
  if (!again) return unsubscribedPage(consent.workspace);
  if (!consent.unsubscribed)
    return publicResponse({
      title: "You are subscribed again",
      text: `${consent.workspace} may mail you again.`,
    });
  return publicResponse({
    title: "You stay unsubscribed",
    text: `This address is closed to ${consent.workspace} for another reason. Write to them if you want their mail.`,
  });
}

/** Mail programs send a form of either encoding, or nothing at all: whatever cannot be read is a one-click post. */
async function actOf(request: Request): Promise<string | null> {
  try {
    const act = (await request.formData()).get("act");
    return typeof act === "string" ? act : null;
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) return null;
    throw error;
  }
}
