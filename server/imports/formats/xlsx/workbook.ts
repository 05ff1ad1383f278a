import type { Archive } from "../archive.ts";
import { refused } from "../refusal.ts";
import { meaningOf, type NumberMeaning } from "./number-format.ts";
import { readWholeXml } from "./xml.ts";

export type Sheet = { name: string; hidden: boolean; path: string };

/** The parts of a workbook that its sheets refer to. */
export type Workbook = {
  sheets: Sheet[];
  /** Days are counted from 1904, as old Macs did. */
  epoch1904: boolean;
  /** The meaning of numbers by the style of their cell. */
  styles: NumberMeaning[];
  sharedStrings: string | null;
};

type Relation = { type: string; path: string };

export async function readWorkbook(archive: Archive): Promise<Workbook> {
  const relations = await readRelations(archive);
  const sheets: Sheet[] = [];
  let epoch1904 = false;
  await readWholeXml(
    archive.stream("xl/workbook.xml"),
    {
      open: (name, attributes) => {
        if (name === "workbookPr") epoch1904 = /^(1|true)$/.test(attributes.date1904 ?? "");
        if (name !== "sheet") return;
        const relation = relations.get(attributes["r:id"] ?? attributes.id ?? "");
        // Charts and macro sheets have no rows.
        if (relation && !relation.type.endsWith("/worksheet")) return;
        if (!relation || !archive.has(relation.path)) throw incomplete(`the sheet "${attributes.name}"`);
        const hidden = (attributes.state ?? "visible") !== "visible";
        sheets.push({ name: attributes.name ?? `Sheet ${sheets.length + 1}`, hidden, path: relation.path });
      },
    },
    "workbook.xml",
  );
  if (sheets.length === 0) throw refused("This workbook has no sheet with cells.");
  const partOf = (type: string) => {
    const part = [...relations.values()].find((relation) => relation.type.endsWith(type))?.path;
    if (part !== undefined && !archive.has(part)) throw incomplete(part);
    return part;
  };
  const stylesPart = partOf("/styles");
  return {
    sheets,
    epoch1904,
    styles: stylesPart ? await readStyles(archive, stylesPart) : [],
    sharedStrings: partOf("/sharedStrings") ?? null,
  };
}

const incomplete = (what: string) =>
  refused(`This workbook is damaged: ${what} is not in it. Open it in Excel and save it again.`);

async function readRelations(archive: Archive): Promise<Map<string, Relation>> {
  const relations = new Map<string, Relation>();
  await readWholeXml(
    archive.stream("xl/_rels/workbook.xml.rels"),
    {
      open: (name, { Id, Type = "", Target = "" }) => {
        if (name !== "Relationship" || !Id) return;
        relations.set(Id, { type: Type, path: Target.startsWith("/") ? Target.slice(1) : `xl/${Target}` });
      },
    },
    "workbook.xml.rels",
  );
  return relations;
}

async function readStyles(archive: Archive, part: string): Promise<NumberMeaning[]> {
  const codes = new Map<number, string>();
  const styles: NumberMeaning[] = [];
  let inCells = false;
  await readWholeXml(
    archive.stream(part),
    {
      open: (name, attributes) => {
        if (name === "numFmt") codes.set(Number(attributes.numFmtId), attributes.formatCode ?? "");
        if (name === "cellXfs") inCells = true;
        if (name !== "xf" || !inCells) return;
        const id = Number(attributes.numFmtId ?? 0);
        styles.push(meaningOf(id, codes.get(id)));
      },
      close: (name) => {
        if (name === "cellXfs") inCells = false;
      },
    },
    "styles.xml",
  );
  return styles;
}
