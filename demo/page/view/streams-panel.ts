import type { Call } from '../call/call.ts';
import type { CallState } from '../call/call-state.ts';
import { type Statistics, StatisticsReader, type StreamStatistics } from '../statistics.ts';
import { bridgeTree } from './bridge-tree.ts';
import { element } from './element.ts';

const intervalMs = 1_000;

type Rows = readonly (readonly [string, string | undefined])[];

/** What browser and bridge say of every stream, each second while it is open. */
export class StreamsPanel {
  readonly root: HTMLElement;
  readonly #call: Call;
  readonly #cards = element('div', { className: 'cards' });
  readonly #bridge = element('div', { className: 'bridge' });
  #reader = new StatisticsReader();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(call: Call) {
    this.#call = call;
    this.root = element(
      'aside',
      { className: 'panel', hidden: true, ariaLabel: 'Streams' },
      this.#cards,
      element('h2', {}, 'What the bridge says'),
      this.#bridge,
    );
  }

  get open(): boolean {
    return !this.root.hidden;
  }

  toggle(): void {
    this.root.hidden = this.open;
    clearInterval(this.#timer);
    if (!this.open) return;
    this.#reader = new StatisticsReader();
    void this.#update();
    this.#timer = setInterval(() => void this.#update(), intervalMs);
  }

  async #update(): Promise<void> {
    const { connection, state } = this.#call;
    if (!connection) return;
    const statistics = await this.#reader.read(connection);
    this.#cards.replaceChildren(
      card('Connection', connectionRows(statistics, state)),
      ...statistics.streams
        .filter(({ ssrc, bitrateBps, frames }) => ssrc !== 0 && (bitrateBps > 0 || frames !== 0))
        .map((stream) => this.#streamCard(stream, state)),
    );
    this.#bridge.replaceChildren(bridgeTree(await this.#call.inspect()));
  }

  #streamCard(stream: StreamStatistics, state: CallState): HTMLElement {
    const remote = state.streams.find(({ ssrc }) => ssrc === stream.ssrc);
    const owner = state.others.find(({ id }) => id === remote?.owner);
    const title =
      stream.direction === 'out'
        ? `You send ${stream.kind}`
        : `${owner?.name ?? 'Nobody'}: ${remote?.source ?? 'not mapped'}`;
    return card(title, [...streamRows(stream), ...this.#bridgeRows(stream, state, remote?.source)]);
  }

  /** What the bridge told about this stream over the channel. */
  #bridgeRows(stream: StreamStatistics, state: CallState, source: string | undefined): Rows {
    if (stream.kind !== 'video') return [];
    if (stream.direction === 'in') {
      const forwarded = source !== undefined && state.forwarded?.includes(source);
      return [['Bridge forwards it', forwarded ? 'yes' : 'no']];
    }
    const maxHeight = this.#call.maxHeight(`${state.me.id}-v0`);
    return [['Bridge wants at most', maxHeight === undefined ? undefined : `${maxHeight} px`]];
  }
}

function connectionRows({ connection }: Statistics, state: CallState): Rows {
  return [
    ['ICE', connection?.protocol],
    ['Round trip', milliseconds(connection?.rttMs)],
    ['Encryption', connection?.srtpCipher.replace('SRTP_', '').replaceAll('_', ' ')],
    ['Bridge channel', state.channel],
    ['Uplink estimate', kilobits(connection?.uplinkBps)],
    ['Downlink estimate of the bridge', kilobits(state.downlinkBps)],
  ];
}

function streamRows(stream: StreamStatistics): Rows {
  return [
    ['SSRC', String(stream.ssrc)],
    ['Codec', stream.codec],
    ['Bit rate', kilobits(stream.bitrateBps)],
    ['Picture', stream.picture],
    ['Frames', stream.frames?.toString()],
    ['Lost packets', String(stream.packetsLost)],
    ['Jitter', milliseconds(stream.jitterMs)],
    ['Retransmissions', stream.retransmissions?.toString()],
    ['Key frame requests', stream.keyframeRequests?.toString()],
    ['Limited by', stream.limitation === 'none' ? undefined : stream.limitation],
  ];
}

function card(title: string, rows: Rows): HTMLElement {
  const shown = rows.filter(([, value]) => value !== undefined && value !== '');
  return element(
    'section',
    { className: 'card' },
    element('h3', {}, title),
    element(
      'dl',
      {},
      ...shown.flatMap(([name, value]) => [
        element('dt', {}, name),
        element('dd', {}, value ?? ''),
      ]),
    ),
  );
}

const kilobits = (bps: number | undefined): string | undefined =>
  bps === undefined ? undefined : `${Math.round(bps / 1000)} kbit/s`;
const milliseconds = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : `${value.toFixed(1)} ms`;
