const factors = new Map([
  ['bps', 1],
  ['kbps', 1000],
  ['mbps', 1_000_000],
]);

/** Bit/s of `2500 kbps` or `20mbps` in any case, as the JVB reads them: whole numbers with a unit only. */
export function parseBandwidthBps(text: string): number | undefined {
  const match = /^(\d+)\s*([kKmM]?bps)$/i.exec(text.trim());
  const factor = factors.get((match?.[2] ?? '').toLowerCase());
  return match && factor ? Number(match[1]) * factor : undefined;
}
