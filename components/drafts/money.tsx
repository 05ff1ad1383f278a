/** Millionths of a US dollar in words: `$0.0017`, `$12.40`, `under $0.0001`. */
export function moneyWords(micros: number): string {
  if (micros > 0 && micros < 100) return "under $0.0001";
  const digits = micros > 0 && micros < 1_000_000 ? 4 : 2;
  return (micros / 1e6).toLocaleString("en", {
    style: "currency",
    currency: "USD",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
