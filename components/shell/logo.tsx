/** The mark: an envelope whose flap is a road to the horizon. Takes the text colour. */
export function LogoMark({ className = "size-5" }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" fill="none" aria-hidden className={className}>
      <rect x="2" y="4" width="20" height="16" rx="4" fill="currentColor" />
      <path
        d="M5 8.5 12 14l7-5.5"
        stroke="var(--canvas)"
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <path d="M12 16.2v1.6" stroke="var(--canvas)" strokeWidth="1.8" strokeLinecap="round" />
    </svg>
  );
}

export function Logo() {
  return (
    <span className="inline-flex items-center gap-2 text-lg font-semibold tracking-tight">
      <LogoMark className="size-6" />
      Postroad
    </span>
  );
}
