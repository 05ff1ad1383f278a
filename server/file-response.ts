import { problemResponse } from "./problem-response.ts";

type Piece<Cursor> = { lines: string; next: Cursor | null };

/** A CSV file of pieces that are read one after the other, each with the cursor that the one before gave. */
export async function fileResponse<Cursor>(
  name: string,
  read: (after: Cursor | undefined) => Promise<Piece<Cursor>>,
): Promise<Response> {
  try {
    // A refusal is an answer of its own; later on only the connection could be cut.
    let piece: Piece<Cursor> | null = await read(undefined);
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (!piece) return controller.close();
        controller.enqueue(encoder.encode(piece.lines));
        piece = piece.next === null ? null : await read(piece.next);
      },
    });
    return new Response(body, {
      headers: {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": `attachment; filename="${name}"`,
        "cache-control": "private, no-store",
      },
    });
  } catch (error) {
    return problemResponse(error);
  }
}
