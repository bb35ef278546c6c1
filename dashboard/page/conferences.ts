import { byId, inputById, setText } from './element.ts';
import { bitRate, milliseconds, percent, span } from './format.ts';
import type { ConferenceRow, EndpointRow, Frame } from './frames.ts';
import { Table } from './table.ts';

export type Selection = { readonly conference?: string; readonly endpoint?: string };

/** The list of conferences, and the endpoints of the chosen one; the troubled first. */
export class Conferences {
  readonly #conferences: Table<ConferenceRow>;
  readonly #endpoints: Table<EndpointRow>;
  readonly #conferenceFilter = inputById('conference-filter');
  #selection: Selection = {};
  readonly #endpointFilter = inputById('endpoint-filter');

  constructor(select: (selection: Selection) => void) {
    this.#conferences = new Table(byId('conferences'), {
      key: ({ id }) => id,
      empty: 'no conference',
      columns: conferenceColumns,
      onSelect: ({ id }) => select({ conference: id }),
    });
    this.#endpoints = new Table(byId('endpoints'), {
      key: ({ id }) => id,
      empty: 'no endpoint',
      columns: endpointColumns,
      onSelect: ({ id }) => select({ ...this.#selection, endpoint: id }),
    });
  }

  update(frame: Frame, selection: Selection): void {
    const wanted = this.#conferenceFilter.value.trim().toLowerCase();
    const rows = frame.conferences.filter(
      ({ id, name }) => id.includes(wanted) || name.toLowerCase().includes(wanted),
    );
    this.#conferences.update(rows, selection.conference);
    setText(byId('conference-count'), countText(rows.length, frame.conferenceCount));
    this.#showEndpoints(frame, selection);
  }

  #showEndpoints({ selected, conferences }: Frame, selection: Selection): void {
    byId('conference').hidden = selection.conference === undefined;
    this.#selection = selection;
    if (selection.conference === undefined) return;
    const name = conferences.find(({ id }) => id === selection.conference)?.name;
    setText(byId('conference-name'), name ?? `${selection.conference} (ended)`);
    const wanted = this.#endpointFilter.value.trim().toLowerCase();
    const rows = (selected?.endpoints ?? [])
      .filter(({ id, name: own = '', trouble = '' }) =>
        [id, own, trouble].some((text) => text.toLowerCase().includes(wanted)),
      )
      .sort((a, b) => Number(b.trouble !== undefined) - Number(a.trouble !== undefined));
    this.#endpoints.update(rows, selection.endpoint);
  }
}

function countText(shown: number, all: number): string {
  return shown === all ? String(all) : `${shown} of ${all}`;
}

const conferenceColumns = [
  { head: 'room', cell: ({ name }: ConferenceRow) => name },
  { head: 'endpoints', look: 'number', cell: (row: ConferenceRow) => String(row.endpoints) },
  { head: 'with video', look: 'number', cell: (row: ConferenceRow) => String(row.sendingVideo) },
  {
    head: 'video streams',
    look: 'number rare',
    cell: (row: ConferenceRow) => String(row.streams),
  },
  {
    head: 'not flowing',
    look: 'number',
    cell: ({ waiting }: ConferenceRow) => ({
      text: String(waiting),
      look: waiting > 0 ? 'warn' : '',
    }),
  },
  {
    head: 'troubled',
    look: 'number',
    cell: ({ troubled }: ConferenceRow) => ({
      text: String(troubled),
      look: troubled > 0 ? 'bad' : '',
    }),
  },
  {
    head: 'workers',
    look: 'nowrap rare',
    cell: ({ workers, pipedSources }: ConferenceRow) =>
      workers.length > 1
        ? `${workers.join(', ')} (${pipedSources} sources between)`
        : workers.join(''),
  },
  { head: 'age', look: 'number rare', cell: (row: ConferenceRow) => span(row.ageSeconds) },
  { head: 'id', look: 'nowrap rare', cell: ({ id }: ConferenceRow) => id },
];

const isLossy = (loss: number | undefined) => (loss !== undefined && loss > 0.05 ? 'warn' : '');

const endpointColumns = [
  {
    head: 'endpoint',
    look: 'nowrap',
    cell: ({ id, name, visitor }: EndpointRow) =>
      [id, name === undefined ? '' : `(${name})`, visitor ? 'visitor' : ''].join(' '),
  },
  {
    head: 'trouble',
    look: 'nowrap',
    cell: ({ trouble }: EndpointRow) => ({ text: trouble ?? '', look: 'bad' }),
  },
  { head: 'path', look: 'nowrap', cell: ({ path }: EndpointRow) => path ?? '–' },
  { head: 'worker', look: 'number rare', cell: ({ worker }: EndpointRow) => String(worker) },
  { head: 'channel', look: 'nowrap rare', cell: ({ channel }: EndpointRow) => channel },
  { head: 'round trip', look: 'number', cell: (row: EndpointRow) => milliseconds(row.rttMs) },
  {
    head: 'loss out',
    look: 'number',
    cell: ({ lossOut }: EndpointRow) => ({ text: percent(lossOut), look: isLossy(lossOut) }),
  },
  {
    head: 'loss in',
    look: 'number rare',
    cell: ({ lossIn }: EndpointRow) => ({ text: percent(lossIn), look: isLossy(lossIn) }),
  },
  { head: 'sent to it', look: 'number', cell: (row: EndpointRow) => bitRate(row.bitsPerSecondOut) },
  {
    head: 'estimate',
    look: 'number rare',
    cell: ({ estimateBps }: EndpointRow) => bitRate(estimateBps),
  },
  { head: 'from it', look: 'number', cell: (row: EndpointRow) => bitRate(row.bitsPerSecondIn) },
  {
    head: 'video streams',
    look: 'number',
    cell: ({ streams, waiting }: EndpointRow) => ({
      text: waiting > 0 ? `${streams} (${waiting} not flowing)` : String(streams),
      look: waiting > 0 ? 'warn' : '',
    }),
  },
];
