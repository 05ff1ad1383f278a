"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import Image from "next/image";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { Skeleton } from "#components/ui/skeleton";
import type { Picture } from "./use-picture-upload.tsx";

/** The pictures of the workspace, the newest first, to take one again. */
export function PictureLibrary({ onPick }: { onPick: (picture: Picture) => void }) {
  const trpc = useTRPC();
  const pages = useInfiniteQuery(
    trpc.pictures.list.infiniteQueryOptions(
      {},
      { getNextPageParam: ({ next }) => next ?? undefined, initialCursor: undefined },
    ),
  );
  const problem = asProblem(pages.error);
  const rows = pages.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <section aria-labelledby="picture-library">
      <h3 id="picture-library" className="mb-2 font-medium">
        Pictures of this workspace
      </h3>
      {problem && (
        <Callout
          kind="danger"
          title="The pictures could not be read"
          action={
            <Button size="sm" onClick={() => void pages.refetch()}>
              Try again
            </Button>
          }
        >
          {problem.message}
        </Callout>
      )}
      {pages.isPending && (
        <div className={grid}>
          {Array.from({ length: 6 }, (_, index) => (
            <Skeleton key={index} className="aspect-[4/3] w-full" />
          ))}
        </div>
      )}
      {pages.isSuccess && rows.length === 0 && (
        <p className="text-muted">None yet. What you upload is kept here, to be used again.</p>
      )}
      {rows.length > 0 && (
        <ul className={grid}>
          {rows.map((picture) => (
            <li key={picture.id}>
              <button
                type="button"
                aria-label={picture.alt ? `${picture.filename}: ${picture.alt}` : picture.filename}
                title={picture.filename}
                className="block w-full overflow-hidden rounded-md border text-left hover:border-line-strong hover:bg-hover"
                onClick={() => onPick(picture)}
              >
                <span className="flex aspect-[4/3] items-center justify-center bg-sunken p-1.5">
                  <Image
                    unoptimized
                    src={picture.url}
                    alt=""
                    width={picture.width}
                    height={picture.height}
                    className="max-h-full w-auto max-w-full object-contain"
                  />
                </span>
                <span className="block truncate px-2 py-1.5 text-xs text-muted">
                  {picture.width} × {picture.height} · {picture.filename}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {pages.hasNextPage && (
        <div className="mt-3 flex justify-center">
          <Button size="sm" pending={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
      {rows.length > 0 && (
        <p className="mt-3 text-xs text-muted">
          A picture that no email has used for a month is removed. One that was sent stays.
        </p>
      )}
    </section>
  );
}

const grid = "grid grid-cols-2 gap-2 sm:grid-cols-4";
