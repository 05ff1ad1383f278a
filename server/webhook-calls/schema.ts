import { z } from "zod";

export const callReportInput = z.object({ stepId: z.uuid() });
