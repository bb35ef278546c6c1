/** 1234 → `1.2 k`, three digits at most. */
function scaled(value: number): string {
  const units = ['', ' k', ' M', ' G', ' T'];
  let unit = 0;
  let rest = value;
  while (Math.abs(rest) >= 1000 && unit < units.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || rest >= 100 ? 0 : 1;
  return `${rest.toFixed(digits)}${units[unit] ?? ''}`;
}

export function count(value: number): string {
  return scaled(value);
}

export function bitRate(bps: number | undefined): string {
  return bps === undefined ? '–' : `${scaled(bps)}${bps < 1000 ? ' ' : ''}bit/s`;
}

export function bytes(value: number): string {
  return `${scaled(value)}B`;
}

export function percent(fraction: number | undefined): string {
  if (fraction === undefined) return '–';
  return `${(fraction * 100).toFixed(fraction < 0.1 && fraction > 0 ? 1 : 0)} %`;
}

export function milliseconds(ms: number | undefined): string {
  if (ms === undefined) return '–';
  return `${ms.toFixed(ms < 10 && ms > 0 ? 1 : 0)} ms`;
}

export function span(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} days`;
}

/** Heights in pixels; 0 wanted means nothing, below 0 whatever there is. */
export function height(px: number | undefined): string {
  if (px === undefined) return '–';
  return px < 0 ? 'any' : px === 0 ? 'nothing' : `${px} p`;
}
