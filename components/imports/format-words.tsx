import { delimiterLabels, encodingLabels, type FilePreview } from "#server/imports/formats/schema";

const kinds = { json: "JSON", ndjson: "NDJSON", xlsx: "Excel workbook" };
const packings = { gzip: "unpacked from gzip", zip: "unpacked from ZIP" };

/** How a file was read, as one line: "CSV in UTF-8, columns divided by a comma, names in the first line". */
export function formatWords({
  kind,
  packing,
  encoding,
  delimiter,
  sheet,
  entry,
  header,
}: FilePreview): string {
  const what = kind === "delimited" ? (delimiter === "\t" ? "TSV" : "CSV") : kinds[kind];
  return [
    kind === "xlsx" ? what : `${what} in ${encodingLabels[encoding]}`,
    ...(sheet === null ? [] : [`sheet "${sheet}"`]),
    ...(delimiter === null ? [] : [`divided by ${delimiterWord(delimiter)}`]),
    ...(header ? [] : ["without names of columns"]),
    ...(packing === "none" ? [] : [packings[packing]]),
    ...(entry === null ? [] : [`file "${entry}"`]),
  ].join(", ");
}

const delimiterWord = (delimiter: string): string => {
  const label = delimiterLabels[delimiter];
  return label ? `${label.toLowerCase()}s` : `"${delimiter}"`;
};
