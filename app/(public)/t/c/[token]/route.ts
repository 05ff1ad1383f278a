import { clickResponse } from "#server/tracking/responses";

type Context = { params: Promise<{ token: string }> };

export const GET = async (request: Request, { params }: Context) =>
  clickResponse(request, (await params).token);
export const HEAD = GET;
