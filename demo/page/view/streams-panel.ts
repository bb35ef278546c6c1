import type { Call } from '../call/call.ts';
import type { CallState } from '../call/call-state.ts';
import { type Statistics, StatisticsReader, type StreamStatistics } from '../statistics.ts';
import { endpointOf, type EndpointView, receivedRows, sentRows } from './bridge-rows.ts';
import { bridgeTree } from './bridge-tree.ts';
import { element } from './element.ts';
import { card, kilobits, milliseconds, type Rows } from './rows.ts';
import { trialControls } from './trial-controls.ts';
import { whyTables } from './why-table.ts';

const intervalMs = 1_000;

/** What browser and bridge say of every stream, each second while it is open. */
export class StreamsPanel {
  readonly root: HTMLElement;
  readonly #call: Call;
  readonly #cards = element('div', { className: 'cards' });
  readonly #why = element('div', { className: 'whys' });
  readonly #bridge = element('div', { className: 'bridge' });
  #reader = new StatisticsReader();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(call: Call) {
    this.#call = call;
    this.root = element(
      'aside',
      { className: 'panel', hidden: true, ariaLabel: 'Streams' },
      trialControls({
        codec: call.codec,
        onCodec: (codec) => void call.setCodec(codec),
        onIceRestart: () => call.restartIce(),
      }),
      element('h2', {}, 'Who sees what, and why'),
      this.#why,
      element('h2', {}, 'Streams'),
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
    const { connection } = this.#call;
    if (!connection) return;
    const conference = await this.#call.inspect();
    const statistics = await this.#reader.read(connection);
    const { state } = this.#call;
    this.#why.replaceChildren(...whyTables(conference, [state.me, ...state.others]));
    this.#cards.replaceChildren(
      card('Connection', connectionRows(statistics, state)),
      ...statistics.streams
        .filter(({ ssrc, bitrateBps, frames }) => ssrc !== 0 && (bitrateBps > 0 || frames !== 0))
        .map((stream) => this.#streamCard(stream, state, conference)),
    );
    this.#bridge.replaceChildren(bridgeTree(conference));
  }

  #streamCard(stream: StreamStatistics, state: CallState, conference: unknown): HTMLElement {
    const mine = endpointOf(conference, state.me.id);
    return stream.direction === 'out'
      ? this.#sentCard(stream, mine)
      : receivedCard(stream, state, mine);
  }

  #sentCard(stream: StreamStatistics, mine: EndpointView): HTMLElement {
    const { source = '', encoding = 0 } = this.#call.sentEncoding(stream.ssrc) ?? {};
    const wanted = this.#call.maxHeight(source);
    return card(`You send ${source}`, [
      ...streamRows(stream),
      ['Bridge wants at most', wanted === undefined ? undefined : `${wanted} px`],
      ...sentRows(mine, source, encoding),
    ]);
  }
}

function receivedCard(
  stream: StreamStatistics,
  { streams, others, forwarded }: CallState,
  mine: EndpointView,
): HTMLElement {
  const { source = 'not mapped', owner } = streams.find(({ ssrc }) => ssrc === stream.ssrc) ?? {};
  const name = others.find(({ id }) => id === owner)?.name ?? 'Nobody';
  const isForwarded = forwarded?.includes(source) ? 'yes' : 'no';
  return card(`${name}: ${source}`, [
    ...streamRows(stream),
    ['Bridge forwards it', stream.kind === 'video' ? isForwarded : undefined],
    ...receivedRows(mine, source),
  ]);
}

function connectionRows({ connection }: Statistics, state: CallState): Rows {
  return [
    ['ICE', connection?.protocol],
    ['Round trip', milliseconds(connection?.rttMs)],
    ['Encryption', connection?.srtpCipher.replace('SRTP_', '').replaceAll('_', '-')],
    ['Bridge channel', state.channel],
    ['Uplink estimate', kilobits(connection?.uplinkBps)],
    ['Downlink, says the bridge', kilobits(state.downlinkBps)],
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
