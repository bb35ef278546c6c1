import { byId, make } from './element.ts';
import { bitRate, height, milliseconds, percent, span } from './format.ts';
import type { Change, EndpointDetail, Frame, Layer, ReceivedVideo, SentSource } from './frames.ts';
import type { Selection } from './conferences.ts';
import { Table } from './table.ts';

/** One endpoint: how it is connected, what it gets and why, what it sends. */
export class EndpointView {
  readonly #received = new Table<ReceivedVideo>(byId('received'), {
    key: ({ source }) => source,
    empty: 'no video source is there for it',
    columns: [
      { head: 'source', look: 'nowrap', cell: ({ source }) => source },
      { head: 'wants up to', look: 'number', cell: (row) => height(row.wantedMaxHeight) },
      { head: 'allowed', look: 'number', cell: ({ target }) => layerText(target) },
      {
        head: 'sent',
        look: 'number',
        cell: ({ sent, sentHeight, target }) => ({
          text: sent === undefined ? 'nothing' : height(sentHeight),
          look: sent === undefined && target ? 'warn' : '',
        }),
      },
      { head: 'why', look: 'wide', cell: ({ why, limitedBy }) => why ?? limitedBy },
      {
        head: 'since',
        look: 'number rare',
        cell: ({ sinceSeconds }) => (sinceSeconds === undefined ? '–' : span(sinceSeconds)),
      },
    ],
  });
  readonly #sent = new Table<SentSource>(byId('sent'), {
    key: ({ source }) => source,
    empty: 'it sends nothing',
    columns: [
      { head: 'source', look: 'nowrap', cell: ({ source }) => source },
      { head: 'codec', cell: ({ codec }) => codec ?? 'no packet yet' },
      { head: 'type', look: 'rare', cell: ({ kind, videoType }) => videoType ?? kind },
      {
        head: 'asked of it',
        look: 'number',
        cell: ({ kind, wantedMaxHeight }) => (kind === 'audio' ? '' : height(wantedMaxHeight)),
      },
      { head: 'layers', look: 'wide', cell: layersText },
    ],
  });
  readonly #changes = new Table<Change>(byId('changes'), {
    key: (change) => `${change.source} ${change.secondsAgo} ${change.limitedBy}`,
    empty: 'nothing has changed yet',
    columns: [
      { head: 'ago', look: 'number', cell: ({ secondsAgo }) => span(secondsAgo) },
      { head: 'source', look: 'nowrap', cell: ({ source }) => source },
      { head: 'wanted', look: 'number', cell: (row) => height(row.wantedMaxHeight) },
      { head: 'allowed', look: 'number', cell: (row) => height(row.allowedHeight) },
      { head: 'sent', look: 'number', cell: (row) => height(row.sentHeight) },
      { head: 'because of', look: 'nowrap', cell: ({ limitedBy }) => limitedBy },
    ],
  });

  update({ detail }: Frame, { conference, endpoint }: Selection): void {
    byId('endpoint').hidden = endpoint === undefined;
    if (conference === undefined || endpoint === undefined) return;
    byId('endpoint-name').textContent = endpoint;
    const shown = detail?.conferences[conference] as
      { readonly endpoints: Readonly<Record<string, EndpointDetail>> } | 'null' | undefined;
    const state = typeof shown === 'object' ? shown.endpoints[endpoint] : undefined;
    showFacts(state);
    this.#received.update(state?.receivesVideo ?? []);
    this.#sent.update(state?.sends ?? []);
    this.#changes.update((state?.history ?? []).toReversed().slice(0, 20));
  }
}

function showFacts(state: EndpointDetail | undefined): void {
  const facts = state ? factsOf(state) : [['state', 'it has left'] as const];
  byId('endpoint-facts').replaceChildren(
    ...facts.map(([name, text]) => {
      const pair = make('div');
      pair.append(make('dt', '', name), make('dd', '', text));
      return pair;
    }),
  );
}

function factsOf(state: EndpointDetail): (readonly [name: string, text: string])[] {
  const { link, wants } = state;
  const { path } = link;
  return [
    ['ICE, DTLS', `${state.ice}, ${state.dtls}${state.reachable ? '' : ', silent'}`],
    ['candidate pair', path ? pairText(path) : 'none yet'],
    ['worker', String(link.worker)],
    ['bridge channel', state.channel],
    ['round trip', milliseconds(link.rttMs)],
    ['loss', `${percent(link.lossOut)} out, ${percent(link.lossIn)} in`],
    ['rates', `${bitRate(link.bitsPerSecondOut)} to it, ${bitRate(link.bitsPerSecondIn)} from it`],
    ['estimate', bitRate(state.estimateBps)],
    [
      'allowed, ideal',
      `${bitRate(state.targetBps)}, ${bitRate(state.idealBps)}${state.oversending ? ', oversending' : ''}`,
    ],
    ['last-n', wants.lastN === undefined || wants.lastN < 0 ? 'all' : String(wants.lastN)],
    ['on stage', listText(wants.onStageSources)],
    ['microphones', String(state.receivesAudio.length)],
    ['SSRCs', state.ssrcRewriting ? 'rewritten' : 'as sent'],
  ];
}

function listText(items: readonly string[] = []): string {
  return items.length > 0 ? items.join(', ') : '–';
}

function pairText(path: NonNullable<EndpointDetail['link']['path']>): string {
  const { protocol, local, remote, remoteType } = path;
  return `${protocol} ${local.ip}:${local.port} ⇄ ${remoteType} ${remote.ip}:${remote.port}`;
}

function layerText(layer: Layer | undefined): string {
  return layer ? `${layer.height} p ${layer.frameRate}/s` : 'nothing';
}

function layersText({ layers, refusedBecause }: SentSource): string {
  if (refusedBecause !== undefined) return `refused: ${refusedBecause}`;
  const flowing = (layers ?? []).filter(({ bitrateBps }) => bitrateBps > 0);
  return flowing.map((layer) => `${layerText(layer)} ${bitRate(layer.bitrateBps)}`).join(', ');
}
