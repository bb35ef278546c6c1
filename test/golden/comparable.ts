import type { XmlElement } from '../../src/base/xml-element.ts';

/** An element as a value: sorted, with its namespace, without what is chosen anew each time. */
export type Comparable = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly Comparable[];
};

/** Attributes, or attributes of one element, whose values are not compared. */
type Masks = readonly string[];

/** Every bridge chooses these for itself. In answers all `ssrc` are the bridge's. */
const chosenByBridge: Masks = [
  'ufrag',
  'pwd',
  'ssrc',
  'ip',
  'port@candidate',
  'id@candidate',
  'fingerprint',
];

/** For what is merely written again: a candidate's id is made anew each time, and identifies nothing. */
export const madeAnew: Masks = ['id@candidate'];

/** Writing an attribute that equals its default, or not, is the same. */
const defaults: Readonly<Record<string, string>> = {
  generation: '0',
  expire: 'false',
  channels: '1',
  cryptex: 'false',
  required: 'false',
};

export function comparable(
  element: XmlElement,
  masks: Masks = chosenByBridge,
  inherited = '',
): Comparable {
  const namespace = element.attrs['xmlns'] ?? inherited;
  const children = element.children.filter((child) => typeof child !== 'string');
  const text = element.children
    .filter((child) => typeof child === 'string')
    .join('')
    .trim();
  return {
    name: `{${namespace}}${element.name}`,
    attributes: Object.fromEntries(
      Object.entries(element.attrs)
        .filter(([name, value]) => name !== 'xmlns' && defaults[name] !== value)
        .map(
          ([name, value]) =>
            [name, mask(value ?? '', [name, `${name}@${element.name}`], masks)] as const,
        )
        .sort(([a], [b]) => a.localeCompare(b)),
    ),
    // Words for people: that there are any is all that is compared.
    text: mask(text, [element.name], [...masks, 'text']),
    children: children
      .map((child) => comparable(child, masks, namespace))
      .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))),
  };
}

function mask(value: string, keys: readonly string[], masks: Masks): string {
  if (value !== '' && keys.some((key) => masks.includes(key))) return '…';
  return masks === chosenByBridge && keys.includes('url') ? maskUrl(value) : value;
}

/** `ws(s)://domain/colibri-ws/server/CONFERENCE/endpoint?pwd=PASSWORD` */
export function maskUrl(url: string): string {
  return url.replace(
    /^wss?:\/\/[^/]+\/colibri-ws\/[^/]+\/[^/]+\/([^?]+)\?pwd=\w+$/,
    'ws://…/colibri-ws/…/…/$1?pwd=…',
  );
}
