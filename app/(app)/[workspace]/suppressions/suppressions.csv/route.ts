import { caller } from "#server/caller";
import { problemResponse } from "#server/problem-response";

type Context = { params: Promise<{ workspace: string }> };

/** The suppression list as a file, piece by piece. */
export async function GET(_request: Request, { params }: Context) {
  const { workspace } = await params;
  const api = caller(workspace);
  try {
    const first = await api.suppressions.file({});
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        const encoder = new TextEncoder();
        let piece = first;
        controller.enqueue(encoder.encode(piece.lines));
        while (piece.next !== null) {
          piece = await api.suppressions.file({ after: piece.next });
          controller.enqueue(encoder.encode(piece.lines));
        }
        controller.close();
      },
    });
    return new Response(body, {
      headers: {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": 'attachment; filename="suppressions.csv"',
        "cache-control": "private, no-store",
      },
    });
  } catch (error) {
    return problemResponse(error);
  }
}
