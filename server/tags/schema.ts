import { z } from "zod";

/** The tag whose bearers get no campaign email; null: there is none. */
export const undisturbedInput = z.object({ tagId: z.uuid("Choose a tag from the list.").nullable() });
