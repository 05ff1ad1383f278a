import { caller } from "#server/caller";
import { csvResponse } from "#server/csv-response";
import { problemResponse } from "#server/problem-response";

type Context = { params: Promise<{ workspace: string; id: string }> };

/** The rejected rows of an import as a file to mend and upload again. */
export async function GET(_request: Request, { params }: Context) {
  const { workspace, id } = await params;
  const api = caller(workspace);
  try {
    const first = await api.imports.rejected({ id, after: 0 });
    return csvResponse(first, {
      fileName: first.fileName,
      header: first.header,
      more: (after) => api.imports.rejected({ id, after }),
    });
  } catch (error) {
    return problemResponse(error);
  }
}
