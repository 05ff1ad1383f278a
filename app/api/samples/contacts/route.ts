import { sampleContacts } from "#server/imports/sample";

/** An awkward file of contacts to try the import with. */
export function GET() {
  return new Response(sampleContacts(), {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": 'attachment; filename="postroad-sample-contacts.csv"',
      "cache-control": "public, max-age=3600",
    },
  });
}
