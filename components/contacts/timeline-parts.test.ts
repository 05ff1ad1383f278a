import { expect, test } from "vitest";
import { joined } from "./timeline-parts.tsx";

const entries = (...ids: string[]) => ids.map((id) => ({ id, type: "contact.updated" }));

test("what a new entry pushes off the newest part of a timeline stays in its place, and nothing shows twice", () => {
  const before = entries("6", "5", "4", "3", "2", "1");
  expect(joined(entries("6", "5", "4"), before)).toEqual(before);
  expect(joined(entries("8", "7", "6"), before)).toEqual(entries("8", "7", "6", "5", "4", "3", "2", "1"));
  const sent = [{ id: "6", type: "email.sent" }, ...entries("5", "4")];
  expect(joined(sent, before)).toEqual([...sent, ...entries("3", "2", "1")]);
});
