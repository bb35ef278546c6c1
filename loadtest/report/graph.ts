/** One line of a graph; a hole where a value is unknown. */
export type Line = {
  readonly name: string;
  readonly color: string;
  readonly values: readonly (number | undefined)[];
};

export type Graph = {
  readonly title: string;
  readonly unit: string;
  /** Seconds of the run, one for each value. */
  readonly seconds: readonly number[];
  readonly lines: readonly Line[];
  /** Where steps begin, seconds. */
  readonly marks: readonly number[];
};

const box = { width: 560, height: 190, left: 52, right: 8, top: 24, bottom: 24 };

/** A graph as SVG text, for a page without scripts. */
export function drawGraph({ title, unit, seconds, lines, marks }: Graph): string {
  const end = Math.max(1, ...seconds);
  const most = niceCeiling(
    Math.max(0, ...lines.flatMap(({ values }) => values.map((v) => v ?? 0))),
  );
  const x = (s: number) => box.left + (s / end) * (box.width - box.left - box.right);
  const y = (v: number) =>
    box.height - box.bottom - (v / most) * (box.height - box.top - box.bottom);
  const grid = [0, 0.5, 1].map((share) => {
    const at = y(most * share).toFixed(1);
    return (
      `<line x1="${box.left}" x2="${box.width - box.right}" y1="${at}" y2="${at}" class="grid"/>` +
      `<text x="${box.left - 6}" y="${Number(at) + 4}" text-anchor="end">${short(most * share)}</text>`
    );
  });
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<text x="${x(end * share).toFixed(1)}" y="${box.height - 6}" text-anchor="${share === 1 ? 'end' : 'middle'}">${Math.round(end * share)} s</text>`,
  );
  const steps = marks.map(
    (s) =>
      `<line x1="${x(s).toFixed(1)}" x2="${x(s).toFixed(1)}" y1="${box.top}" y2="${box.height - box.bottom}" class="mark"/>`,
  );
  const paths = lines.map(({ color, values }) => {
    const path = pathOf(
      values,
      (at, value) => `${x(seconds[at] ?? 0).toFixed(1)},${y(value).toFixed(1)}`,
    );
    return `<path d="${path}" fill="none" stroke="${color}" stroke-width="1.6"/>`;
  });
  const legend = lines
    .map(({ name, color }) => `<tspan fill="${color}">● ${name}  </tspan>`)
    .join('');
  return (
    `<svg viewBox="0 0 ${box.width} ${box.height}" role="img" aria-label="${title}">` +
    `<text x="${box.left}" y="14" class="title">${title}, ${unit}</text>` +
    `<text x="${box.width - box.right}" y="14" text-anchor="end">${legend}</text>` +
    `${grid.join('')}${steps.join('')}${ticks.join('')}${paths.join('')}</svg>`
  );
}

/** Lines end at holes and begin anew after them. */
function pathOf(
  values: readonly (number | undefined)[],
  point: (at: number, value: number) => string,
): string {
  let path = '';
  values.forEach((value, at) => {
    if (value === undefined) return;
    path += `${values[at - 1] === undefined ? 'M' : 'L'}${point(at, value)}`;
  });
  return path;
}

/** The next of 1, 2, 5, 10, 20, … */
function niceCeiling(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((factor) => factor * power >= value) ?? 10) * power;
}

function short(value: number): string {
  return value >= 10_000
    ? `${Number((value / 1000).toFixed(1))}k`
    : String(Number(value.toFixed(2)));
}
