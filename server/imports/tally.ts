import { keptRowsMax } from "./corrections.ts";
import { ProblemCounter, type RawProblem } from "./problems.ts";
import type { ParsedSlice } from "./slices.ts";
import { warningsOf } from "./write.ts";

/** Domains that a check counts; files with more have mostly one address each. */
const domainsMax = 50_000;

/** What a dry run finds on its way through the file; its size does not grow with the file's. */
export class Tally {
  problems = new ProblemCounter();
  warnings = new ProblemCounter();
  /** The first bad rows. */
  bad: RawProblem[] = [];
  /** Addresses by domain, and the first of each. */
  domains = new Map<string, number>();
  #first = new Map<string, { line: number; email: string }>();

  clear(): void {
    this.problems = new ProblemCounter();
    this.warnings = new ProblemCounter();
    this.bad = [];
    this.domains = new Map();
    this.#first = new Map();
  }

  add(slice: ParsedSlice): void {
    for (const problem of slice.problems) {
      this.problems.add(problem);
      this.keep(problem);
    }
    for (const warning of warningsOf(slice.candidates)) this.warnings.add(warning);
    for (const { line, email, emailNormalized } of slice.candidates) {
      const domain = emailNormalized.slice(emailNormalized.lastIndexOf("@") + 1);
      const count = this.domains.get(domain) ?? 0;
      if (count === 0 && this.domains.size >= domainsMax) continue;
      if (count === 0) this.#first.set(domain, { line, email });
      this.domains.set(domain, count + 1);
    }
  }

  /** Keeps a bad row with its cells, if it is one of the first. */
  keep(problem: RawProblem): void {
    if (!this.keepsNoMore) this.bad.push(problem);
  }

  get keepsNoMore(): boolean {
    return this.bad.length >= keptRowsMax;
  }

  /** Adds a remark for each address at a domain that takes no mail. */
  warnOfDomains(domains: readonly string[]): void {
    for (const domain of domains) {
      const first = this.#first.get(domain);
      if (!first) continue;
      this.warnings.addMany("no_mail_server", this.domains.get(domain) ?? 0, {
        line: first.line,
        field: "email",
        value: first.email,
        message: `${domain} has no mail server: nothing that is sent there arrives. Check how it is spelt.`,
      });
    }
  }
}
