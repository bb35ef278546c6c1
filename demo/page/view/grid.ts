import type { VisibleVideo } from '../call/receiver-constraints.ts';
import { element } from './element.ts';
import { Tile, type TileState } from './tile.ts';

const aspectRatio = 16 / 9;
const gapPx = 10;

/** All tiles: a grid of the largest 16:9 tiles that fit, or one on a stage with the others beside it. */
export class Grid {
  readonly root = element('section', { className: 'grid', ariaLabel: 'Participants' });
  readonly #tiles = new Map<string, Tile>();
  readonly #onLayout: (videos: readonly VisibleVideo[]) => void;
  #states: readonly TileState[] = [];
  #pinned: string | undefined;

  /** @param onLayout told which videos are shown at which size whenever that may have changed */
  constructor(onLayout: (videos: readonly VisibleVideo[]) => void) {
    this.#onLayout = onLayout;
    new ResizeObserver(() => this.#layOut()).observe(this.root);
  }

  update(states: readonly TileState[]): void {
    const former = this.#states;
    this.#states = states;
    for (const [source, tile] of this.#tiles) {
      if (states.some((state) => state.source === source)) continue;
      tile.root.remove();
      this.#tiles.delete(source);
    }
    for (const state of states) this.#tileOf(state.source).update(state);
    this.#pinNewScreen(former);
    this.#layOut();
  }

  #tileOf(source: string): Tile {
    const known = this.#tiles.get(source);
    if (known) return known;
    const tile = new Tile(() => {
      this.#pinned = this.#pinned === source ? undefined : source;
      this.#layOut();
    });
    this.#tiles.set(source, tile);
    this.root.append(tile.root);
    return tile;
  }

  /** Somebody's screen goes on the stage by itself, once. */
  #pinNewScreen(former: readonly TileState[]): void {
    const fresh = this.#states.find(
      ({ source, screenShare, own }) =>
        screenShare && !own && !former.some((state) => state.source === source),
    );
    if (fresh) this.#pinned = fresh.source;
  }

  #layOut(): void {
    const stage = this.#states.some(({ source }) => source === this.#pinned);
    if (!stage) this.#pinned = undefined;
    this.root.classList.toggle('with-stage', stage && this.#states.length > 1);
    for (const [source, { root }] of this.#tiles) {
      root.classList.toggle('on-stage', source === this.#pinned);
    }
    const { clientWidth, clientHeight } = this.root;
    const width = largestTileWidth(this.#states.length, clientWidth, clientHeight);
    this.root.style.setProperty('--tile-width', `${width}px`);
    this.#onLayout(this.#visibleVideos());
  }

  #visibleVideos(): VisibleVideo[] {
    return this.#states
      .filter(({ own }) => !own)
      .map(({ source, screenShare }) => ({
        source,
        screenShare,
        heightPx: (this.#tiles.get(source)?.root.clientHeight ?? 0) * devicePixelRatio,
        onStage: source === this.#pinned,
      }));
  }
}

/** The width of the largest 16:9 tiles of which `count` fit, px. */
function largestTileWidth(count: number, width: number, height: number): number {
  let largest = 0;
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const fitWidth = (width - gapPx * (columns - 1)) / columns;
    const fitHeight = ((height - gapPx * (rows - 1)) / rows) * aspectRatio;
    largest = Math.max(largest, Math.floor(Math.min(fitWidth, fitHeight)));
  }
  return largest;
}
