import type { XmlElement } from '../../src/base/xml-element.ts';

/** An element as a value: sorted, with its namespace, without what is chosen anew each time. */
export type Comparable = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly Comparable[];
};

/** Every bridge chooses these for itself. `ssrc` is masked where the bridge chose it: in answers all are the bridge's. */
const masked: readonly string[] = ['ufrag', 'pwd', 'ssrc', 'ip', 'port', 'id@candidate'];

/** Writing an attribute that equals its default, or not, is the same. */
const defaults: Readonly<Record<string, string>> = { generation: '0', expire: 'false' };

/** Values for people and hashes: present or not is all that is compared. */
const maskedText: readonly string[] = ['text', 'fingerprint'];

export function comparable(element: XmlElement, inherited = ''): Comparable {
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
        .map(([name, value]) => [name, maskAttribute(element.name, name, value ?? '')] as const)
        .sort(([a], [b]) => a.localeCompare(b)),
    ),
    text: maskedText.includes(element.name) ? '…' : text,
    children: children
      .map((child) => comparable(child, namespace))
      .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))),
  };
}

function maskAttribute(element: string, name: string, value: string): string {
  if (name === 'port' && element === 'sctp') return value;
  if (masked.includes(name) || masked.includes(`${name}@${element}`)) return '…';
  return name === 'url' ? maskUrl(value) : value;
}

/** `ws(s)://domain/colibri-ws/server/CONFERENCE/endpoint?pwd=PASSWORD` */
export function maskUrl(url: string): string {
  return url.replace(
    /^wss?:\/\/[^/]+\/colibri-ws\/[^/]+\/[^/]+\/([^?]+)\?pwd=\w+$/,
    'ws://…/colibri-ws/…/…/$1?pwd=…',
  );
}
