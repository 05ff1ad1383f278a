import { openResponse } from "#server/tracking/responses";

type Context = { params: Promise<{ token: string }> };

export const GET = async (request: Request, { params }: Context) =>
  openResponse(request, (await params).token);
export const HEAD = GET;
