/** What a drawn picture shows. */
export type Drawing = {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly frameRate: number;
  readonly name: string;
  /** Degrees of the colour circle. */
  readonly hue: number;
};

type Canvas = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Draws one frame: drifting discs, the name, and a clock that shows tenths, so that delay and freezes are seen. */
export function drawFrame(canvas: Canvas, drawing: Drawing, wallMs: number): void {
  const { widthPx: width, heightPx: height, hue } = drawing;
  const seconds = wallMs / 1000;
  const background = canvas.createLinearGradient(0, 0, width, height);
  background.addColorStop(0, `hsl(${hue} 55% 30%)`);
  background.addColorStop(1, `hsl(${(hue + 50) % 360} 60% 18%)`);
  canvas.fillStyle = background;
  canvas.fillRect(0, 0, width, height);

  for (let disc = 0; disc < 5; disc += 1) {
    const x = width * (0.5 + 0.46 * Math.sin(seconds * (0.31 + disc * 0.07) + disc * 1.9));
    const y = height * (0.5 + 0.44 * Math.cos(seconds * (0.23 + disc * 0.09) + disc * 2.6));
    canvas.fillStyle = `hsl(${(hue + disc * 24) % 360} 80% 62% / 0.35)`;
    canvas.beginPath();
    canvas.arc(x, y, height * (0.12 + 0.035 * disc), 0, 2 * Math.PI);
    canvas.fill();
  }

  canvas.textAlign = 'center';
  canvas.textBaseline = 'middle';
  canvas.fillStyle = 'white';
  canvas.font = `600 ${height * 0.17}px system-ui, sans-serif`;
  canvas.fillText(drawing.name, width / 2, height * 0.42, width * 0.9);
  canvas.font = `300 ${height * 0.11}px ui-monospace, monospace`;
  canvas.fillText(clockText(wallMs), width / 2, height * 0.6);
}

function clockText(wallMs: number): string {
  const time = new Date(wallMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const tenths = Math.floor(time.getMilliseconds() / 100);
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${tenths}`;
}

/** A colour of the name's own. */
export function hueOf(text: string): number {
  let hash = 0;
  for (const character of text) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 3600;
  return hash / 10;
}
