const svg = 'http://www.w3.org/2000/svg';
const [width, high] = [300, 40];
/** Ten minutes of seconds. */
export const samples = 600;

/** A small graph of the last ten minutes, its newest value at the right edge, its scale from 0 to the highest. */
export class Sparkline {
  readonly element = document.createElementNS(svg, 'svg');
  readonly #area = document.createElementNS(svg, 'path');
  readonly #line = document.createElementNS(svg, 'path');

  constructor(label: string) {
    this.element.setAttribute('viewBox', `0 0 ${width} ${high}`);
    this.element.setAttribute('preserveAspectRatio', 'none');
    this.element.setAttribute('role', 'img');
    this.element.setAttribute('aria-label', `${label}, last ten minutes`);
    this.#area.setAttribute('class', 'area');
    this.element.append(this.#area, this.#line);
  }

  /** @param least the scale reaches at least so far, so that noise near 0 stays small */
  draw(values: readonly number[], least: number): void {
    const top = Math.max(least, ...values);
    const x = (place: number) => width - ((values.length - 1 - place) / (samples - 1)) * width;
    const y = (value: number) => high - 1 - (value / top) * (high - 3);
    const points = values.map((value, place) => `${x(place).toFixed(1)},${y(value).toFixed(1)}`);
    const line = points.length > 0 ? `M${points.join('L')}` : '';
    this.#line.setAttribute('d', line);
    this.#area.setAttribute('d', line === '' ? '' : `${line}L${width},${high}L${x(0)},${high}Z`);
  }
}
