import { expect, test } from "vitest";
import { type Piece, piecesOf } from "./address-file.tsx";

async function piecesIn(text: string, typed = ""): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for await (const piece of piecesOf(typed, new File([text], "list.csv"))) pieces.push(piece);
  return pieces;
}

test("of any file the first address of each line is taken", async () => {
  expect(
    await piecesIn('name;mail\nAda;ada@example.com\n\nBob;"@rivals.example"\n', "x@example.com"),
  ).toEqual([{ emails: "x@example.com" }, { emails: "ada@example.com\n@rivals.example" }]);
});

test("of a list that was downloaded every piece has whole records under the head", async () => {
  const head = "email,scope,reason,source,added_at";
  const record = (n: number) => `p${n}@example.com,workspace,"said ""no"",\non the phone",manual,2026-01-01`;
  const records = Array.from({ length: 1001 }, (_, n) => record(n));
  expect(await piecesIn(`\ufeff${head}\n${records.join("\n")}\n`)).toEqual([
    { file: [head, ...records.slice(0, 1000)].join("\n") },
    { file: [head, record(1000)].join("\n") },
  ]);
});
