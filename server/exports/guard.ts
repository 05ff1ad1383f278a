/*
 * A spreadsheet runs a CSV value that begins with = + - @, TAB or CR as a formula. Such a value gets an apostrophe
 * before it, which spreadsheets show as text; plain numbers and phone numbers stay as they are. Reading takes one
 * apostrophe away, in whatever format it comes. To lose nothing, a value that begins with apostrophes *and* such a
 * character gets one more, so that any value comes back as it was: `=1` is `'=1` in the file, `'=1` is `''=1`.
 */

const runs = /^[=@\t\r]|^[-+](?![\d\s().-]*$)/;
const looksGuarded = /^'+[=@+\-\t\r]/;

/** A value for a cell of a CSV file. */
export const guarded = (value: string): string =>
  runs.test(value) || looksGuarded.test(value) ? `'${value}` : value;

/** A value for a format in which nothing is run: only what reading would take for a guard gets one. */
export const escaped = (value: string): string => (looksGuarded.test(value) ? `'${value}` : value);

/** The value behind either form, and of any other file. */
export const unguarded = (value: string): string => (looksGuarded.test(value) ? value.slice(1) : value);
