/** Least-squares slope of values over time, in units an hour; undefined with fewer than three values. */
export function slopePerHour(
  points: readonly { readonly s: number; readonly value: number | undefined }[],
): number | undefined {
  const known = points.flatMap(({ s, value }) => (value === undefined ? [] : [{ s, value }]));
  if (known.length < 3) return undefined;
  const meanS = known.reduce((sum, { s }) => sum + s, 0) / known.length;
  const meanValue = known.reduce((sum, { value }) => sum + value, 0) / known.length;
  const spread = known.reduce((sum, { s }) => sum + (s - meanS) ** 2, 0);
  if (spread === 0) return undefined;
  const together = known.reduce((sum, { s, value }) => sum + (s - meanS) * (value - meanValue), 0);
  return (together / spread) * 3600;
}
