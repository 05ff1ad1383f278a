import fs from "node:fs";
import path from "node:path";
import { beforeAll, expect, test } from "vitest";
import { asOwner } from "./testing-database.ts";

const page = fs.readFileSync(path.join(import.meta.dirname, "../docs/schema.md"), "utf8");

/** Everything that the page may name, as `kind schema.relation.name`. */
let catalogue: Set<string>;

beforeAll(async () => {
  const rows = await asOwner(
    (owner) => owner<{ name: string }[]>`
      with relations as (
        select c.oid, n.nspname || '.' || c.relname as name, c.relispartition from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('public', 'content', 'analytics', 'notify', 'queue') and c.relkind in ('r', 'p', 'v', 'm'))
      select 'relation ' || name as name from relations
      union all select 'partition ' || name from relations where relispartition
      union all select 'column ' || r.name || '.' || a.attname from relations r
        join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
      union all select 'constraint ' || r.name || '.' || c.conname from relations r join pg_constraint c on c.conrelid = r.oid
      union all select kind || r.name || '.' || i.relname from relations r join pg_index x on x.indrelid = r.oid
        join pg_class i on i.oid = x.indexrelid
        cross join lateral (values ('index '), (case when x.indisunique then 'constraint ' end)) kinds (kind) where kind is not null
      union all select 'trigger ' || r.name || '.' || t.tgname from relations r join pg_trigger t on t.tgrelid = r.oid
      union all select 'policy ' || r.name || '.' || p.polname from relations r join pg_policy p on p.polrelid = r.oid
      union all select 'function ' || n.nspname || '.' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace`,
  );
  catalogue = new Set(rows.map(({ name }) => name));
});

/** The page as (kind, founding name, what the page says about it). */
function entries(): { kind: string; founding: string; ours: string }[] {
  const kinds: Record<string, string> = {
    "Tables and columns": "column",
    Enums: "constraint",
    Constraints: "constraint",
    Indexes: "index",
    Functions: "function",
    Triggers: "trigger",
    Policies: "policy",
    Partitions: "partition",
    "Beyond the founding schemas": "relation",
  };
  let kind = "";
  let relation = "";
  return page.split("\n").flatMap((line) => {
    const section = /^## (.+)$/.exec(line)?.[1];
    if (section !== undefined) kind = kinds[section] ?? `unknown section ${section}`;
    const [, founding, target] = /^### (\w+) \(S\d(?:, S\d)*\) → ([\w.]+)$/.exec(line) ?? [];
    if (line.startsWith("### ") && !target)
      throw new Error(`This heading is not "### table (S0) → schema.relation": ${line}`);
    if (founding && target) {
      relation = target;
      return [{ kind: "relation", founding, ours: `\`${target}\`` }];
    }
    const cells = /^\| (.+) \| (.+) \|$/.exec(line);
    if (!cells?.[1] || !cells[2] || cells[1] === "founding" || cells[1] === "---") return [];
    const ours = cells[2];
    if (kind !== "column") return [{ kind, founding: cells[1], ours }];
    return cells[1].split(", ").map((column) => ({
      kind,
      founding: `${relation} ${column}`,
      ours: ours === "=" ? `\`${relation}.${column}\`` : ours,
    }));
  });
}

test("everything the page points at exists", () => {
  const named = entries().filter(({ ours }) => ours.startsWith("`"));
  expect(named.length).toBeGreaterThan(300);
  const missing = named.filter(({ kind, ours }) => !catalogue.has(`${kind} ${ours.slice(1, -1)}`));
  expect(missing).toEqual([]);
});

test("what is not there is explained in a sentence", () => {
  const unexplained = entries().filter(({ ours }) => !ours.startsWith("`") && !/^[A-Z].{30,}\.$/.test(ours));
  expect(unexplained).toEqual([]);
});
