import { z } from "zod";
import { escapeHtml } from "#server/mail/liquid-engine";

/** Whom a provider writes to, in what words the step would say it, and what it is told. */
export type Assignment = {
  instructions: string;
  /** Facts about the contact by the names of merge fields. */
  contact: Readonly<Record<string, unknown>>;
  sender: { name: string; company: string };
  /** What the step itself would say to this contact. */
  model: { subject: string; text: string };
};

/** How asking went. `again`: not now, and after `afterMs` where the provider says so. `refused`: it will not help to ask again. */
export type Answer = { model: string; inputTokens: number; outputTokens: number } & (
  | { outcome: "written"; email: unknown }
  | { outcome: "again"; problem: string; afterMs: number | null }
  | { outcome: "refused"; problem: string }
);

/** Something that writes emails. It never throws for what the other side does. */
export type DraftWriter = { name: string; write: (assignment: Assignment) => Promise<Answer> };

const line = (max: number) =>
  z
    .string()
    .trim()
    .max(max)
    .regex(/^[^\r\n]*$/);
const email = z.object({
  subject: line(200).min(1),
  previewText: line(200).default(""),
  paragraphs: z.array(z.string().trim().min(1).max(3_000)).min(1).max(30),
});

const addresses = /https?:\/\/[^\s"'<>()]+/gi;
const found = (text: string) => [...text.matchAll(addresses)].map(([url]) => url.replace(/[.,;:!?]+$/, ""));

/**
 * What a provider wrote, as a draft's words; or what is wrong with it, in a sentence. Text only, made into paragraphs, and
 * no address that stands neither in the step nor in the instructions: a contact's data may hold words that mislead.
 */
export function readEmail(
  given: unknown,
  known: string,
): { subject: string; previewText: string; body: string } | { problem: string } {
  const parsed = email.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { problem: `its answer is no email (${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""})` };
  }
  const { subject, previewText, paragraphs } = parsed.data;
  const all = [subject, previewText, ...paragraphs].join("\n");
  if (/\{\{|\{%|\[(first|last)? ?name\]/i.test(all)) return { problem: "it left a place to be filled in" };
  const allowed = new Set(found(known));
  const strange = found(all).find((url) => !allowed.has(url));
  if (strange) return { problem: `it links to ${strange}, which neither the step nor the instructions name` };
  const body = paragraphs
    .map((paragraph) => {
      const linked = escapeHtml(paragraph).replace(addresses, (url) => {
        const end = /[.,;:!?]+$/.exec(url)?.[0] ?? "";
        const target = url.slice(0, url.length - end.length);
        return `<a href="${target}">${target}</a>${end}`;
      });
      return `<p style="margin:0 0 16px">${linked.replace(/\r?\n/g, "<br>\n")}</p>`;
    })
    .join("\n");
  return { subject, previewText, body };
}
