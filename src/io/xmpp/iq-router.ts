import type { Logger } from '../../base/logger.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { XmlElement } from '../../base/xml-element.ts';
import { iqError, replyStanza, type IqReply } from './iq-reply.ts';
import { childElements, localName, ownNamespace } from './xml.ts';

/** Answers one request; a rejection is a bug and becomes `internal-server-error`. */
export type IqHandler = (payload: XmlElement, from: string) => Promise<IqReply>;

export type IqRoute = {
  readonly name: string;
  readonly namespace: string;
  readonly types: readonly ('get' | 'set')[];
  /** `focus`: only those the connection authorises; `anyone`: everybody (operations.md §1.7). */
  readonly access: 'focus' | 'anyone';
  readonly handler: IqHandler;
};

export type IqRouterOptions = {
  readonly routes: readonly IqRoute[];
  /** Who may send requests of routes with `focus` access. */
  readonly mayAsk: (from: string) => boolean;
  /** What those who may not ask are told. */
  readonly refusal: IqReply;
  /** What a request with a child of a namespace nobody here knows is told. */
  readonly unknown?: IqReply;
  /** Requests in work at once; a further one is refused. */
  readonly maxPending: number;
  readonly log: Logger;
};

/**
 * The requests one connection answers. Handlers are called in the order of arrival, before `answer` returns;
 * their replies may come in any order. Every request gets exactly one reply.
 */
export class IqRouter {
  readonly #routes = new Map<string, IqRoute>();
  readonly #namespaces = new Set<string>();
  readonly #options: IqRouterOptions;
  #pending = 0;

  constructor(options: IqRouterOptions) {
    this.#options = options;
    for (const route of options.routes) {
      const key = routeKey(route.namespace, route.name);
      if (this.#routes.has(key)) throw new Error(`two routes for ${key}`);
      this.#routes.set(key, route);
      this.#namespaces.add(route.namespace);
    }
  }

  /** Requests handed to a handler and not yet answered. */
  get pending(): number {
    return this.#pending;
  }

  /** The reply stanza to a request stanza of type `get` or `set`. Never rejects. */
  async answer(request: XmlElement): Promise<XmlElement> {
    return replyStanza(request, await this.#reply(request));
  }

  #reply(request: XmlElement): IqReply | Promise<IqReply> {
    const from = request.attrs['from'] ?? '';
    const [payload, ...surplus] = childElements(request);
    if (!payload) return oneChildExpected;
    const route = this.#find(payload, request.attrs['type']);
    if (!route.ok) return route.error;
    // Who asks comes first: a stranger's request costs a look at its name, nothing more.
    if (route.value.access === 'focus' && !this.#options.mayAsk(from)) {
      const { log, refusal } = this.#options;
      log.warn({ from, request: route.value.name }, 'refused a request: its sender may not ask');
      return refusal;
    }
    return surplus.length > 0 ? oneChildExpected : this.#run(route.value, payload, from);
  }

  /** The route, or the error that says which part of it is missing (RFC 6120 §8.4). */
  #find(payload: XmlElement, type: string | undefined): Result<IqRoute, IqReply> {
    const namespace = ownNamespace(payload) ?? '';
    if (!this.#namespaces.has(namespace)) {
      return err(this.#options.unknown ?? iqError('cancel', 'service-unavailable'));
    }
    const route = this.#routes.get(routeKey(namespace, localName(payload)));
    return route?.types.some((allowed) => allowed === type)
      ? ok(route)
      : err(iqError('cancel', 'feature-not-implemented'));
  }

  async #run(route: IqRoute, payload: XmlElement, from: string): Promise<IqReply> {
    const { log, maxPending } = this.#options;
    if (this.#pending >= maxPending) {
      log.warn({ from, request: route.name, maxPending }, 'refused a request: too many in work');
      return iqError('wait', 'resource-constraint', 'too many requests in work');
    }
    this.#pending += 1;
    try {
      return await route.handler(payload, from);
    } catch (error) {
      log.error({ err: error, from, request: route.name }, 'a request failed');
      return iqError('cancel', 'internal-server-error');
    } finally {
      this.#pending -= 1;
    }
  }
}

const oneChildExpected = iqError(
  'modify',
  'bad-request',
  'a request has exactly one child element',
);

function routeKey(namespace: string, name: string): string {
  return `{${namespace}}${name}`;
}
