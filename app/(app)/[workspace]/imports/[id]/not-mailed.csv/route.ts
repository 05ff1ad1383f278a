import { caller } from "#server/caller";
import { problemResponse } from "#server/problem-response";

type Context = { params: Promise<{ workspace: string; id: string }> };

/** The people of an import who get no mail, as a file. */
export async function GET(_request: Request, { params }: Context) {
  const { workspace, id } = await params;
  const api = caller(workspace);
  try {
    const first = await api.imports.notMailedFile({ id, after: 0 });
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        const encoder = new TextEncoder();
        let page = first;
        controller.enqueue(encoder.encode(page.lines));
        while (page.next !== null) {
          page = await api.imports.notMailedFile({ id, after: page.next });
          controller.enqueue(encoder.encode(page.lines));
        }
        controller.close();
      },
    });
    return new Response(body, {
      headers: {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": `attachment; filename="${first.fileName}"`,
        "cache-control": "private, no-store",
      },
    });
  } catch (error) {
    return problemResponse(error);
  }
}
