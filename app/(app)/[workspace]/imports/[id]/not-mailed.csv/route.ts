import { caller } from "#server/caller";
import { csvResponse } from "#server/csv-response";
import { problemResponse } from "#server/problem-response";

type Context = { params: Promise<{ workspace: string; id: string }> };

/** The people of an import who get no mail, as a file. */
export async function GET(_request: Request, { params }: Context) {
  const { workspace, id } = await params;
  const api = caller(workspace);
  try {
    const first = await api.imports.notMailedFile({ id, after: 0 });
    return csvResponse(first, {
      fileName: first.fileName,
      more: (after) => api.imports.notMailedFile({ id, after }),
    });
  } catch (error) {
    return problemResponse(error);
  }
}
