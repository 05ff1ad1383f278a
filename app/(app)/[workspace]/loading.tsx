import { Skeleton } from "#components/ui/skeleton";
import { TableSkeleton } from "#components/ui/table-skeleton";

export default function Loading() {
  return (
    <div className="mx-auto w-full max-w-6xl px-4 pt-5 sm:px-8 sm:pt-8">
      <Skeleton className="mb-7 h-7 w-40" />
      <TableSkeleton />
    </div>
  );
}
