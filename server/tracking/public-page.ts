import { escapeHtml } from "#server/mail/liquid-engine";

/** One sentence, one thing to do. Read by people who never saw the product, on any device, without scripts. */
export type PublicPage = {
  title: string;
  text: string;
  /** Buttons that post `act` to the same address. */
  actions?: { act: string; label: string; quiet?: boolean }[];
};

const style = `
:root{color-scheme:light dark;--back:#fafafa;--card:#fff;--line:#e4e4e7;--text:#18181b;--soft:#52525b;--button:#18181b;--on:#fff}
@media(prefers-color-scheme:dark){:root{--back:#09090b;--card:#18181b;--line:#3f3f46;--text:#fafafa;--soft:#a1a1aa;--button:#fafafa;--on:#18181b}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:16px;background:var(--back);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{width:100%;max-width:440px;padding:32px;background:var(--card);border:1px solid var(--line);border-radius:12px}
h1{margin:0 0 8px;font-size:20px;line-height:1.3}
p{margin:0;color:var(--soft);overflow-wrap:anywhere}
form{display:flex;flex-wrap:wrap;gap:8px;margin-top:24px}
button{min-height:44px;padding:0 18px;border:1px solid var(--button);border-radius:8px;background:var(--button);color:var(--on);font:inherit;font-weight:500;cursor:pointer}
button.quiet{background:transparent;border-color:var(--line);color:var(--text)}
button:focus-visible{outline:3px solid #3b82f6;outline-offset:2px}`;

/** Never cached, never indexed, never framed, and without a referrer that would carry the token on. */
export function publicResponse({ title, text, actions = [] }: PublicPage, status = 200): Response {
  const buttons = actions.map(
    ({ act, label, quiet }) =>
      `<button type="submit" name="act" value="${escapeHtml(act)}"${quiet ? ' class="quiet"' : ""}>${escapeHtml(label)}</button>`,
  );
  const form = buttons.length > 0 ? `<form method="post">${buttons.join("")}</form>` : "";
  const page =
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">`
    + `<title>${escapeHtml(title)}</title><style>${style}</style></head><body><main><h1>${escapeHtml(title)}</h1>`
    + `<p>${escapeHtml(text)}</p>${form}</main></body></html>`;
  return new Response(page, {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-robots-tag": "noindex, nofollow",
      "content-security-policy":
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    },
  });
}
