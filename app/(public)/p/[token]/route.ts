import { pictureResponse } from "#server/pictures/response";

type Context = { params: Promise<{ token: string }> };

export const GET = async (request: Request, { params }: Context) =>
  pictureResponse(request, (await params).token);
export const HEAD = GET;
