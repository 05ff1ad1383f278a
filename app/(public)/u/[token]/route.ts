import { consentResponse, unsubscribePage } from "#server/tracking/responses";

type Context = { params: Promise<{ token: string }> };

export const GET = async (_request: Request, { params }: Context) => unsubscribePage((await params).token);
export const HEAD = GET;
export const POST = async (request: Request, { params }: Context) =>
  consentResponse(request, (await params).token);
