import type { Logger } from '../../base/logger.ts';
import type { XmlElement } from '../../base/xml-element.ts';
import { type PresenceStat, statsElement } from './presence.ts';
import { childElements, element, findChild, localName } from './xml.ts';

/** A node of a PubSub service (XEP-0060) that focuses of 2018 read. */
export type PubSubNode = {
  /** The service's JID. */
  readonly service: string;
  readonly node: string;
};

export type PubSubStatsOptions = PubSubNode & {
  /** Our own JID: also the id of the item, by which a focus knows the bridge. */
  readonly from: string | undefined;
  readonly stats: () => readonly PresenceStat[];
  readonly send: (stanza: XmlElement) => void;
  readonly log: Logger;
};

const pubSub = 'http://jabber.org/protocol/pubsub';
const idPrefix = 'pubsub-stats-';
/** Whether an id is one of our requests'. */
export function isStatsRequest(id: string | undefined): boolean {
  return id?.startsWith(idPrefix) === true;
}

/** Publications left out after the service refused, before it is asked again. */
const pauseAfterRefusal = 12;

type State =
  | { readonly type: 'creating' }
  | { readonly type: 'ready' }
  | { readonly type: 'refused'; readonly pause: number };

/** Publishes the bridge's statistics as one item of a node, which it makes if it is not there (operations.md §2.4). */
export class PubSubStats {
  readonly #options: PubSubStatsOptions;
  #state: State = { type: 'creating' };
  #requests = 0;
  #toldCondition: string | undefined;

  constructor(options: PubSubStatsOptions) {
    this.#options = options;
  }

  /** A new stream: what was asked on the former one is not answered any more. */
  begin(): void {
    this.#state = { type: 'creating' };
    const { node } = this.#options;
    this.#ask('create', element('create', { node }), element('configure', {}, openNodeForm));
  }

  /** To be called at the interval of statistics. */
  publish(): void {
    const state = this.#state;
    if (state.type === 'refused') {
      if (state.pause > 0) this.#state = { type: 'refused', pause: state.pause - 1 };
      else this.begin();
    }
    if (state.type !== 'ready') return;
    const { node, from, stats } = this.#options;
    this.#ask(
      'publish',
      element('publish', { node }, element('item', { id: from }, statsElement(stats()))),
    );
  }

  /** Takes the answer to one of its requests; others are not its business. */
  answered(stanza: XmlElement): void {
    const [, kind] =
      new RegExp(`^${idPrefix}(create|publish)-\\d+$`).exec(stanza.attrs['id'] ?? '') ?? [];
    if (kind === undefined || stanza.attrs['from'] !== this.#options.service) return;
    const condition = conditionOf(stanza);
    if (condition === undefined || (kind === 'create' && condition === 'conflict')) {
      this.#state = { type: 'ready' };
    } else if (kind === 'publish' && condition === 'item-not-found') {
      this.begin(); // somebody deleted the node
    } else {
      this.#refused(kind, condition);
    }
  }

  #refused(request: string, condition: string): void {
    this.#state = { type: 'refused', pause: pauseAfterRefusal };
    if (this.#toldCondition === condition) return;
    this.#toldCondition = condition;
    const { service, node, log } = this.#options;
    log.warn({ service, node, request, condition }, 'statistics are not published over PubSub');
  }

  #ask(kind: 'create' | 'publish', ...children: readonly XmlElement[]): void {
    const { service: to, from, send } = this.#options;
    this.#requests += 1;
    const id = `${idPrefix}${kind}-${this.#requests}`;
    send(
      element(
        'iq',
        { type: 'set', id, to, from },
        element('pubsub', { xmlns: pubSub }, ...children),
      ),
    );
  }
}

/** Everybody may read and publish, nothing is kept: JVB's configuration of 2018. */
const openNodeForm = element(
  'x',
  { xmlns: 'jabber:x:data', type: 'submit' },
  field('FORM_TYPE', `${pubSub}#node_config`, 'hidden'),
  field('pubsub#access_model', 'open'),
  field('pubsub#publish_model', 'open'),
  field('pubsub#persist_items', '0'),
);

function field(name: string, value: string, type?: string): XmlElement {
  return element('field', { var: name, type }, element('value', {}, value));
}

/** The defined condition of an error; undefined = there is no error. */
function conditionOf(stanza: XmlElement): string | undefined {
  if (stanza.attrs['type'] !== 'error') return undefined;
  const error = findChild(stanza, 'error');
  const condition = error && childElements(error).find((child) => localName(child) !== 'text');
  return condition ? localName(condition) : 'undefined-condition';
}
