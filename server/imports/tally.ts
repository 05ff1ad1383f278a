import { keptRowsMax } from "./corrections.ts";
import { type LineWarning, ProblemCounter, type RawProblem } from "./problems.ts";
import { choicesMax, type ColumnMapping, newListsMax } from "./schema.ts";
import type { ParsedSlice } from "./slices.ts";
import { warningsOf } from "./write.ts";

/** Domains that a check counts; files with more have mostly one address each. */
const domainsMax = 50_000;

/** Lists that one file makes without a remark. */
const manyLists = 100;
/** Those of them that are named before anything is made. */
const listsNamed = 20;

/** What a dry run finds on its way through the file; its size does not grow with the file's. */
export class Tally {
  problems = new ProblemCounter();
  warnings = new ProblemCounter();
  /** The first bad rows. */
  bad: RawProblem[] = [];
  /** The first rows of people who are imported and still get no mail. */
  notMailed: LineWarning[] = [];
  /** By column of a new field, its choices by their lower case; null when there are more than a field takes. */
  choices = new Map<string, Map<string, string> | null>();
  /** Addresses by domain, and the first of each. */
  domains = new Map<string, number>();
  #first = new Map<string, { line: number; email: string }>();
  /** Lists that are not here yet by their lower case, each as it is spelled first. */
  #lists = new Map<string, string>();
  readonly #open: readonly string[];
  readonly #known: ReadonlySet<string>;

  /**
   * `open` are the custom fields that the import makes and whose choices nobody has named, `known` the lists that are
   * here, in lower case.
   */
  constructor(open: readonly string[] = [], known: ReadonlySet<string> = new Set()) {
    this.#open = open;
    this.#known = known;
  }

  get newLists(): { count: number; names: string[] } {
    return { count: this.#lists.size, names: [...this.#lists.values()].slice(0, listsNamed) };
  }

  clear(): void {
    this.problems = new ProblemCounter();
    this.warnings = new ProblemCounter();
    this.bad = [];
    this.notMailed = [];
    this.choices = new Map();
    this.domains = new Map();
    this.#first = new Map();
    this.#lists = new Map();
  }

  add(slice: ParsedSlice): void {
    for (const problem of slice.problems) {
      this.problems.add(problem);
      this.keep(problem);
    }
    for (const warning of warningsOf(slice.candidates)) this.warnings.add(warning);
    this.#collect(slice);
    for (const { lists } of slice.candidates)
      for (const name of lists) {
        const key = name.toLowerCase();
        if (this.#lists.size <= newListsMax && !this.#known.has(key) && !this.#lists.has(key))
          this.#lists.set(key, name);
      }
    for (const { line, email, emailNormalized } of slice.candidates) {
      const domain = emailNormalized.slice(emailNormalized.lastIndexOf("@") + 1);
      const count = this.domains.get(domain) ?? 0;
      if (count === 0 && this.domains.size >= domainsMax) continue;
      if (count === 0) this.#first.set(domain, { line, email });
      this.domains.set(domain, count + 1);
    }
  }

  /** Notes the choices of new fields that the rows hold, each as it is spelled first. */
  #collect({ candidates }: ParsedSlice): void {
    for (const name of this.#open)
      for (const { custom } of candidates) {
        const known = this.choices.get(name) ?? new Map<string, string>();
        if (this.choices.get(name) === null) break;
        const value = custom[name];
        for (const choice of Array.isArray(value) ? value : value === undefined ? [] : [String(value)])
          if (!known.has(choice.toLowerCase())) known.set(choice.toLowerCase(), choice);
        this.choices.set(name, known.size > choicesMax ? null : known);
      }
  }

  /** A column of names or numbers would make a list for each: somebody should look again. */
  warnOfLists(mapping: readonly ColumnMapping[]): void {
    if (this.#lists.size <= manyLists) return;
    const header = mapping.find(({ target }) => target === "lists")?.header ?? "lists";
    this.warnings.addMany("lists_many", 1, {
      line: 1,
      field: header,
      value: "",
      message: `"${header}" names more than ${manyLists} lists that are not here, and each of them is made. Is it the right column?`,
    });
  }

  /** Says of `labels` of fields, required and in no column, that `created` new contacts will lack them. */
  warnOfLacking(labels: readonly string[], created: number): void {
    if (created === 0) return;
    for (const label of labels)
      this.warnings.addMany("required_lacking", created, {
        line: 1,
        field: label,
        value: "",
        message: `"${label}" is a required field, and no column goes there: new contacts come without it. Map a column, or give the field a default.`,
      });
  }

  /** Says of columns that hold too many different choices that they become text. */
  warnOfChoices(mapping: readonly ColumnMapping[]): void {
    for (const [name, found] of this.choices) {
      if (found !== null) continue;
      const header = mapping.find(({ target }) => target === `custom.${name}`)?.header ?? name;
      this.warnings.addMany("choices_too_many", 1, {
        line: 1,
        field: header,
        value: "",
        message: `"${header}" holds more than ${choicesMax} different choices: it becomes a text field.`,
      });
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
