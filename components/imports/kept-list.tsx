"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import Link from "next/link";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { FormError } from "#components/ui/form-error";
import { Skeleton } from "#components/ui/skeleton";
import { keptReason } from "./undo-sum.tsx";

type Props = { workspace: string; id: string; /** Before the undo, or after it. */ tense: "will" | "did" };

/** Contacts that an undo keeps, wholly or in part, each with the reason and the fields that stay. */
export function KeptList({ workspace, id, tense }: Props) {
  const trpc = useTRPC();
  const paging = {
    getNextPageParam: (last: { next: string | null }) => last.next ?? undefined,
    staleTime: 0,
  };
  const foreseen = useInfiniteQuery({
    ...trpc.imports.undoKept.infiniteQueryOptions({ id }, paging),
    enabled: tense === "will",
  });
  const done = useInfiniteQuery({
    ...trpc.imports.kept.infiniteQueryOptions({ id }, paging),
    enabled: tense === "did",
  });
  const pages = tense === "will" ? foreseen : done;
  const contacts = pages.data?.pages.flatMap(({ rows }) => rows);
  if (!contacts)
    return pages.error ? (
      <FormError>{asProblem(pages.error)?.message}</FormError>
    ) : (
      <Skeleton className="h-16" />
    );
  return (
    // Whoever has no mouse scrolls it by its links and the button.
    <div className="max-h-64 overflow-y-auto rounded-md border">
      <ul className="divide-y">
        {contacts.map(({ email, emailNow, contactId, reason, fields, later }) => (
          <li key={email} className="grid gap-x-4 px-3 py-1.5 sm:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
            {contactId ? (
              <Link
                href={`/${workspace}/contacts/${contactId}`}
                className="min-w-0 wrap-anywhere text-accent hover:underline"
              >
                {email}
                {emailNow && <span className="block text-xs text-muted">now {emailNow}</span>}
              </Link>
            ) : (
              <span className="min-w-0 wrap-anywhere">{email}</span>
            )}
            <span className="min-w-0 break-words text-muted">
              {later ? (
                <>
                  is in a later import too:{" "}
                  <Link href={`/${workspace}/imports/${later.id}`} className="text-accent hover:underline">
                    {later.fileName}
                  </Link>
                </>
              ) : reason === "edited" && fields.length > 0 ? (
                "changed since"
              ) : (
                keptReason(reason, 1)
              )}
              {fields.length > 0
                && (later ? ` (${fields.map(nameOf).join(", ")})` : `: ${fields.map(nameOf).join(", ")}`)}
            </span>
          </li>
        ))}
      </ul>
      <div className="border-t px-3 py-2 empty:hidden">
        {pages.hasNextPage && (
          <Button size="sm" pending={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            Show more
          </Button>
        )}
        <FormError>{asProblem(pages.error)?.message}</FormError>
      </div>
    </div>
  );
}

const nameOf = (field: string) => field.replace(/^custom\./, "").replaceAll("_", " ");
