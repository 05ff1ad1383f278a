import type { NumbersCursor } from "#server/analytics/schema";
import { caller } from "#server/caller";
import { fileResponse } from "#server/file-response";

type Context = { params: Promise<{ workspace: string; id: string }> };

/** The daily numbers of each email of a campaign as a file, piece by piece. */
export async function GET(_request: Request, { params }: Context) {
  const { workspace, id } = await params;
  const api = caller(workspace);
  return fileResponse("numbers.csv", (after?: NumbersCursor) =>
    api.analytics.file({ campaignId: id, after }),
  );
}
