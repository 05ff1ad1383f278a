import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { caller } from "#server/caller";

/** The workspace this browser had open last, else the first one. */
export default async function StartPage() {
  const [workspaces, jar] = await Promise.all([caller(null).workspaces.list(), cookies()]);
  const last = jar.get("workspace")?.value;
  const target = workspaces.find(({ slug }) => slug === last) ?? workspaces[0];
  redirect(target ? `/${target.slug}` : "/workspaces/new");
}
