/** Some lines of a file, and where the next ones begin; null after the last. */
export type CsvPage = { lines: string; next: number | null };

/** A CSV file as the answer of a route handler. Each page is asked for when the reader has taken the one before. */
export function csvResponse(
  first: CsvPage,
  {
    fileName,
    header = "",
    more,
  }: { fileName: string; header?: string; more: (after: number) => Promise<CsvPage> },
): Response {
  const encoder = new TextEncoder();
  let page: CsvPage = { ...first, lines: header + first.lines };
  let told = false;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (told && page.next !== null) page = await more(page.next);
      told = true;
      controller.enqueue(encoder.encode(page.lines));
      if (page.next === null) controller.close();
    },
  });
  return new Response(body, {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="${fileName}"`,
      "cache-control": "private, no-store",
    },
  });
}
