/** `42.3 %`, or a dash when there is nothing to take a share of. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return "–";
  const share = (part / whole) * 100;
  return `${share === 0 || share === 100 ? share : share.toFixed(1)} %`;
}
