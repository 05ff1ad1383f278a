import { Skeleton } from "./skeleton.tsx";

const widths = ["w-40", "w-24", "w-32", "w-16", "w-20"];

export function TableSkeleton({ columns = 4, rows = 8 }: { columns?: number; rows?: number }) {
  return (
    <div role="status" aria-label="Loading" className="overflow-hidden rounded-lg border bg-surface">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="flex h-11 items-center gap-8 border-b px-4 last:border-0">
          {Array.from({ length: columns }, (_, column) => (
            <Skeleton
              key={column}
              className={`${widths[(row + column) % widths.length]} ${column > 1 ? "max-sm:hidden" : ""} ${column === 0 ? "mr-auto" : ""} h-3`}
            />
          ))}
        </div>
      ))}
    </div>
  );
}
