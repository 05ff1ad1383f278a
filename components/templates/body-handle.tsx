/** What the page around an editor may ask of it. Places are 1-based lines and columns of the HTML. */
export type BodyHandle = { insert(text: string): void; show(line: number, column: number): void };
