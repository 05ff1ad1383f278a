import { numbersFileInput, type NumbersCursor } from "#server/analytics/schema";
import { caller } from "#server/caller";
import { fileResponse } from "#server/file-response";

type Context = { params: Promise<{ workspace: string }> };

/** The daily numbers of every campaign as a file, piece by piece. */
export async function GET(request: Request, { params }: Context) {
  const { workspace } = await params;
  const api = caller(workspace);
  const { from, to } = numbersFileInput.parse(Object.fromEntries(new URL(request.url).searchParams));
  return fileResponse("numbers.csv", (after?: NumbersCursor) => api.analytics.file({ from, to, after }));
}
