import { Conferences, type Selection } from './conferences.ts';
import { byId, setText } from './element.ts';
import { EndpointView } from './endpoint.ts';
import { Figures } from './figures.ts';
import { span } from './format.ts';
import type { Frame, HistoryFrame } from './frames.ts';
import { Overview } from './overview.ts';

const figures = new Figures(byId('figures'));
const overview = new Overview();
const endpointView = new EndpointView();
const conferences = new Conferences((selection) => {
  location.hash = hashOf(selection);
});

let source: EventSource | undefined;
let frame: Frame | undefined;
let frameMs = 0;

/** The selection is in the address, so that reloading, going back and sharing a link keep it. */
function selectionNow(): Selection {
  const [conference, endpoint] = location.hash.slice(1).split('/').map(decodeURIComponent);
  return {
    ...(conference && { conference }),
    ...(endpoint && { endpoint }),
  };
}

function hashOf({ conference, endpoint }: Selection): string {
  return [conference, endpoint].flatMap((id) => (id ? [encodeURIComponent(id)] : [])).join('/');
}

function show(): void {
  if (!frame) return;
  const selection = selectionNow();
  conferences.update(frame, selection);
  endpointView.update(frame, selection);
}

function connect(): void {
  source?.close();
  source = new EventSource(`live?${new URLSearchParams(selectionNow())}`);
  source.onmessage = ({ data }: MessageEvent<string>) => {
    const message = JSON.parse(data) as Frame | HistoryFrame;
    if ('names' in message) {
      figures.reset(message);
      return;
    }
    frame = message;
    frameMs = performance.now();
    figures.update(message);
    overview.update(message);
    show();
  };
}

function showAge(): void {
  const seconds = (performance.now() - frameMs) / 1000;
  const lost = frameMs === 0 || seconds > 5;
  setText(byId('live'), lost ? `no answer from the bridge for ${span(seconds)}` : 'live');
  document.body.classList.toggle('lost', lost);
}

for (const id of ['conference-filter', 'endpoint-filter']) byId(id).addEventListener('input', show);
byId('conference-close').addEventListener('click', () => (location.hash = ''));
byId('endpoint-close').addEventListener('click', () => {
  const { conference } = selectionNow();
  location.hash = hashOf({ ...(conference && { conference }) });
});
addEventListener('hashchange', () => {
  show();
  connect();
});
setInterval(showAge, 1000);
connect();
