/** The page to open after signing in: a path of this site, whatever the address said; "/" otherwise. */
export function returnPath(given: string | string[] | undefined): string {
  if (typeof given !== "string") return "/";
  const here = "http://here.invalid";
  const url = URL.parse(given, here);
  return url?.origin === here ? url.pathname + url.search : "/";
}
