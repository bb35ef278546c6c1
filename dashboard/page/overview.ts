import { byId, make, setClass, setText } from './element.ts';
import { bytes, count, percent, span } from './format.ts';
import type { Frame, Link, Worker } from './frames.ts';
import { Table } from './table.ts';

const stateTexts = {
  running: '',
  'graceful-shutdown': 'graceful shutdown',
  'shutting-down': 'shutting down',
} as const;

type NumberedWorker = Worker & { readonly place: number };
type RoomRow = { readonly key: string; readonly link: Link; readonly room?: Link['rooms'][number] };

/** State, warnings, workers and links. */
export class Overview {
  readonly #workers = new Table<NumberedWorker>(byId('workers'), {
    key: ({ place }) => String(place),
    empty: 'none is configured',
    columns: [
      { head: '', cell: ({ place }) => String(place) },
      { head: 'CPU', look: 'nowrap', cell: ({ cpu }) => ({ text: percent(cpu), bar: cpu }) },
      { head: 'conferences', look: 'number', cell: ({ conferences }) => String(conferences) },
      { head: 'endpoints', look: 'number', cell: ({ endpoints }) => String(endpoints) },
      { head: 'streams', look: 'number', cell: ({ consumers }) => count(consumers) },
      { head: 'memory', look: 'number rare', cell: ({ memoryBytes }) => bytes(memoryBytes) },
      {
        head: 'drops',
        look: 'number',
        cell: ({ drops }) => ({ text: count(drops), look: drops > 0 ? 'warn' : '' }),
      },
      { head: 'silent for', look: 'number', cell: silence },
    ],
  });
  readonly #links = new Table<RoomRow>(byId('links'), {
    key: ({ key }) => key,
    empty: 'none is configured: only REST brings conferences',
    columns: [
      { head: 'link', look: 'nowrap', cell: ({ link }) => link.id },
      {
        head: 'server',
        cell: ({ link }) => ({ text: link.state, look: link.online ? 'good' : 'bad' }),
      },
      { head: 'room', cell: ({ room }) => room?.jid ?? '–' },
      {
        head: '',
        look: 'wide',
        cell: ({ link, room }) => {
          const reason = link.online ? room?.reason : link.reason;
          const joined = room?.joined === true;
          return { text: reason ?? room?.state ?? '', look: joined ? 'good' : 'bad' };
        },
      },
      { head: 'lost', look: 'number rare', cell: ({ link }) => String(link.disconnects) },
    ],
  });

  update(frame: Frame): void {
    setText(byId('version'), [frame.version, frame.region ?? ''].join(' '));
    setText(byId('health'), frame.healthy ? 'healthy' : 'unhealthy');
    setClass(byId('health'), `pill ${frame.healthy ? 'good' : 'bad'}`);
    const state = [stateTexts[frame.state], frame.drain ? 'draining' : ''].filter(Boolean);
    setText(byId('state'), [`up ${span(frame.upSeconds)}`, ...state].join(', '));
    document.title = `${frame.healthy ? '' : '✗ '}Trestle`;
    showWarnings(frame.warnings);
    this.#workers.update(frame.workers.map((worker, place) => ({ ...worker, place })));
    this.#links.update(
      frame.links.flatMap((link): RoomRow[] =>
        link.rooms.length === 0
          ? [{ key: link.id, link }]
          : link.rooms.map((room) => ({ key: `${link.id} ${room.jid}`, link, room })),
      ),
    );
  }
}

/** A worker answers every second or so. */
function silence({ alive, silentMs }: NumberedWorker) {
  if (!alive) return { text: 'not running', look: 'bad' };
  return { text: `${(silentMs / 1000).toFixed(1)} s`, look: silentMs > 3000 ? 'bad' : '' };
}

function showWarnings(warnings: Frame['warnings']): void {
  const shown =
    warnings.length > 0 ? warnings : [{ severity: 'none', text: 'Nothing needs attention.' }];
  const container = byId('warnings');
  const text = shown.map((warning) => `${warning.severity} ${warning.text}`).join('\n');
  if (container.dataset['shown'] === text) return;
  container.dataset['shown'] = text;
  container.replaceChildren(...shown.map((warning) => make('p', warning.severity, warning.text)));
}
