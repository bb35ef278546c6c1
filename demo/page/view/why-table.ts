// Who sees what, and why not better: the bridge's debug view as one table a receiver (docs/why.md).
import type { Member } from '../../signal-messages.ts';
import { type Change, type EndpointView, endpointOf, type Received } from './bridge-rows.ts';
import { element } from './element.ts';
import { kilobits } from './rows.ts';

/** How an obstacle looks: nothing amiss, passing or partial, in the way, and not wanted at all. */
const looks: Readonly<Record<string, 'good' | 'partial' | 'idle'>> = {
  none: 'good',
  bandwidth: 'partial',
  'sender-low': 'partial',
  keyframe: 'partial',
  'codec-change': 'partial',
  constraint: 'idle',
  'not-asked': 'idle',
  'sender-off': 'idle',
  'force-muted': 'idle',
};
const shownChanges = 8;

/** Which folds are open survives a redraw. */
const opened = new Set<string>();

/** One table for each of `members`, the first one's open. */
export function whyTables(conference: unknown, members: readonly Member[]): HTMLElement[] {
  const names = new Map(members.map(({ id, name }) => [id, name]));
  return members.map(({ id, name }, place) => {
    const key = place === 0 ? '' : id;
    const endpoint = endpointOf(conference, id);
    const fold = element(
      'details',
      { className: 'why', open: opened.has(key) !== (place === 0), dataset: { receiver: id } },
      element('summary', {}, `${name} receives`, element('span', {}, linkText(endpoint))),
      table(endpoint, names),
      element('p', {}, soundText(endpoint, names)),
      history(endpoint, names),
    );
    fold.addEventListener('toggle', () => {
      if (fold.open !== (place === 0)) opened.add(key);
      else opened.delete(key);
    });
    return fold;
  });
}

function table(
  { receivesVideo = [] }: EndpointView,
  names: ReadonlyMap<string, string>,
): HTMLElement {
  if (receivesVideo.length === 0) return element('p', {}, 'Nobody else sends a picture.');
  const head = ['Picture', 'Wanted', 'Allowed', 'Sent', 'Why'];
  return element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...head.map((text) => element('th', {}, text)))),
    element('tbody', {}, ...receivesVideo.map((each) => row(each, names))),
  );
}

function row(received: Received, names: ReadonlyMap<string, string>): HTMLElement {
  const { source = '', limitedBy = '', why = '', sinceSeconds } = received;
  const since = sinceSeconds === undefined ? '' : ` for ${duration(sinceSeconds)}`;
  return element(
    'tr',
    { className: lookOf(received), dataset: { source, limitedBy } },
    element('td', {}, pictureName(source, names)),
    element('td', {}, wantedText(received.wantedMaxHeight)),
    element('td', {}, heightText(received.target?.height)),
    element('td', {}, received.sent === undefined ? '–' : heightText(received.sentHeight, 'yes')),
    element(
      'td',
      {},
      element('b', {}, limitedBy === 'none' ? 'ok' : limitedBy),
      `${since}: ${why}`,
    ),
  );
}

/** Partly in the way is only what lets something through, and who gets what they want lacks nothing. */
function lookOf({ limitedBy = '', sent }: Received): string {
  const look = looks[limitedBy] ?? 'blocked';
  if (sent === undefined) return look === 'partial' ? 'blocked' : look;
  return limitedBy === 'constraint' ? 'good' : look;
}

/** Sound has no layers: it is forwarded, or there is one reason why not. */
function soundText(
  { receivesAudio = [] }: EndpointView,
  names: ReadonlyMap<string, string>,
): string {
  const missing = receivesAudio.filter(({ limitedBy }) => limitedBy !== 'none');
  if (receivesAudio.length === 0) return 'Nobody else has a microphone.';
  if (missing.length === 0) return 'Every microphone is forwarded.';
  const reasons = missing.map(
    ({ owner = '', limitedBy = '' }) => `${names.get(owner) ?? owner} (${limitedBy})`,
  );
  return `Microphones not forwarded: ${reasons.join(', ')}.`;
}

function history(
  { history: all = [] }: EndpointView,
  names: ReadonlyMap<string, string>,
): HTMLElement {
  const last = all.slice(-shownChanges).reverse();
  return element(
    'ol',
    { className: 'changes' },
    ...last.map((change) => changeLine(change, names)),
  );
}

function changeLine(change: Change, names: ReadonlyMap<string, string>): HTMLElement {
  const { secondsAgo = 0, source = '', wantedMaxHeight, allowedHeight, sentHeight } = change;
  const heights = [
    wantedText(wantedMaxHeight),
    heightText(allowedHeight),
    heightText(sentHeight),
  ].join(' → ');
  return element(
    'li',
    {},
    element('time', {}, `${duration(secondsAgo)} ago`),
    ` ${pictureName(source, names)}: ${heights} (${change.limitedBy ?? ''})`,
  );
}

function linkText({ bandwidth, lastN, channel }: EndpointView): string {
  const carries =
    bandwidth?.availableBps === undefined ? 'any bit rate' : kilobits(bandwidth.availableBps);
  return [
    `${carries ?? ''} (${bandwidth?.basis ?? 'unknown'})`,
    lastN && `last-n ${lastN.lastN ?? '–'} by ${lastN.setBy ?? 'nobody'}`,
    channel === 'none' ? 'no bridge channel' : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}

function pictureName(source: string, names: ReadonlyMap<string, string>): string {
  const [owner = '', kind = ''] = source.split('-');
  return `${names.get(owner) ?? owner}${kind.startsWith('v1') ? '’s screen' : ''}`;
}

function wantedText(height: number | undefined): string {
  if (height === undefined || height === 0) return '–';
  return height < 0 || height > 2160 ? 'all' : `${height}`;
}

function heightText(height: number | undefined, otherwise = '–'): string {
  return height === undefined ? otherwise : String(height);
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
