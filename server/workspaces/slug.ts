/** First path segments that are pages of the product, or may become one. */
const reserved = new Set(
  (
    "api t u r p w new login logout register invite forgot-password reset-password verify-email preferences status "
    + "operator admin settings account workspaces organization billing docs help support about terms privacy security "
    + "unauthorized dashboard _next static assets public health healthz ready metrics robots favicon sitemap well-known "
    + "unsubscribe sandbox inngest webhooks auth oauth home www mail not-found error"
  ).split(" "),
);

const lengthMax = 40;

/** A name as a path segment: ASCII letters, digits and single hyphens; "workspace" when nothing is left of it. */
export function slugOf(name: string): string {
  const ascii = name.normalize("NFKD").replace(/\p{M}/gu, "").replaceAll("ß", "ss").toLowerCase();
  const slug = ascii
    .replace(/['’]/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, lengthMax)
    .replace(/^-+|-+$/g, "");
  if (!slug) return "workspace";
  return reserved.has(slug) ? `${slug}-workspace` : slug;
}

/** Slugs to try in turn, since another organization may hold the first: plain, numbered, then with a random end. */
export function* slugCandidates(name: string): Generator<string, void> {
  const base = slugOf(name);
  yield base;
  for (let number = 2; number <= 5; number += 1) yield `${base}-${number}`;
  for (let draw = 0; draw < 20; draw += 1) yield `${base}-${crypto.randomUUID().slice(0, 6)}`;
}
