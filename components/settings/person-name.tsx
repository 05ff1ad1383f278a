/** Somebody in a table of people: name over address. */
export function PersonName({ name, email, self }: { name: string; email: string; self: boolean }) {
  return (
    <div className="min-w-0">
      <div className="truncate">
        {name} {self && <span className="font-normal text-muted">(you)</span>}
      </div>
      <div className="truncate text-xs font-normal text-muted">{email}</div>
    </div>
  );
}
