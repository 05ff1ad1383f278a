import { AppError } from "#server/errors";

/** A file that cannot be imported as it is, with the sentence that says why and what would help. */
export const refused = (sentence: string, cause?: unknown) =>
  new AppError("invalid", sentence, { file: sentence }, { cause });
