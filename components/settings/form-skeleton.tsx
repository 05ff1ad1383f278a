import { Card } from "#components/ui/card";
import { Skeleton } from "#components/ui/skeleton";

export function FormSkeleton({ fields = 3 }: { fields?: number }) {
  return (
    <Card className="space-y-6 p-5">
      <Skeleton className="h-5 w-32" />
      {Array.from({ length: fields }, (_, index) => (
        <div key={index} className="max-w-xl space-y-2">
          <Skeleton className="h-3 w-24" />
          <Skeleton className="h-8" />
        </div>
      ))}
    </Card>
  );
}
