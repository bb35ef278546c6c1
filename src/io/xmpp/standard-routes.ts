// The requests that any XMPP entity, or any bridge, answers without knowing a conference (operations.md §1.7).
import type { Clock } from '../../base/clock.ts';
import type { XmlElement } from '../../base/xml-element.ts';
import { discoInfo, type EntityCapabilities } from './entity-capabilities.ts';
import { iqError, type IqReply } from './iq-reply.ts';
import type { IqRoute } from './iq-router.ts';
import { element } from './xml.ts';

/** What jabber:iq:version says. JVB gives its name as `JVB`. */
export type Software = { readonly name: string; readonly version: string; readonly os: string };

export type StandardRoutesOptions = {
  readonly capabilities: EntityCapabilities;
  readonly clock: Clock;
  readonly software: Software;
  /** Who may shut the bridge down by a request, and how; absent: nobody. */
  readonly shutdown?: ShutdownByRequest;
};

export type ShutdownByRequest = {
  /** Matches whole full JIDs; undefined: nobody is allowed (operations.md §2.5). */
  readonly allowedSource: RegExp | undefined;
  readonly request: (kind: 'graceful' | 'forced') => void;
};

const colibri = 'http://jitsi.org/protocol/colibri';
const discoItems = 'http://jabber.org/protocol/disco#items';

/** Ping, discovery, time, last activity and version for everybody; the two shutdown requests. */
export function standardRoutes(options: StandardRoutesOptions): readonly IqRoute[] {
  const { capabilities, clock, software, shutdown } = options;
  const startedMs = clock.nowMs();
  return [
    open('ping', 'urn:xmpp:ping', () => ({ type: 'result' })),
    open('query', 'http://jabber.org/protocol/disco#info', ({ attrs }) => {
      const payload = discoInfo(capabilities, attrs['node']);
      return payload ? { type: 'result', payload } : iqError('cancel', 'item-not-found');
    }),
    open('query', discoItems, ({ attrs }) =>
      result(element('query', { xmlns: discoItems, node: attrs['node'] })),
    ),
    open('time', 'urn:xmpp:time', () => result(timeElement(clock.wallMs()))),
    open('query', 'jabber:iq:last', () => {
      const seconds = Math.floor((clock.nowMs() - startedMs) / 1000);
      return result(element('query', { xmlns: 'jabber:iq:last', seconds: String(seconds) }));
    }),
    open('query', 'jabber:iq:version', () => result(versionElement(software))),
    ...(shutdown
      ? [
          shutdownRoute('graceful-shutdown', 'graceful', shutdown),
          shutdownRoute('force-shutdown', 'forced', shutdown),
        ]
      : [refusedShutdown('graceful-shutdown'), refusedShutdown('force-shutdown')]),
  ];
}

/**
 * The focus's health check: an empty result, or `internal-server-error` with the reason.
 *
 * @param failure what is wrong with the bridge; undefined while it is healthy. A cached verdict: the request
 *   does not start a test.
 */
export function healthcheckRoute(failure: () => string | undefined): IqRoute {
  return {
    name: 'healthcheck',
    namespace: 'http://jitsi.org/protocol/healthcheck',
    types: ['get', 'set'],
    access: 'focus',
    handler: () => {
      const reason = failure();
      return Promise.resolve(
        reason === undefined
          ? { type: 'result' }
          : iqError('cancel', 'internal-server-error', reason),
      );
    },
  };
}

function open(name: string, namespace: string, reply: (payload: XmlElement) => IqReply): IqRoute {
  return {
    name,
    namespace,
    types: ['get'],
    access: 'anyone',
    handler: (payload) => Promise.resolve(reply(payload)),
  };
}

/** As a component was shut down until 2020 (operations.md §2.6). */
function shutdownRoute(
  name: string,
  kind: 'graceful' | 'forced',
  { allowedSource, request }: ShutdownByRequest,
): IqRoute {
  return {
    name,
    namespace: colibri,
    types: ['get', 'set'],
    access: 'anyone',
    handler: (_payload, from) => {
      if (!allowedSource) return Promise.resolve(iqError('wait', 'service-unavailable'));
      if (!allowedSource.test(from)) return Promise.resolve(iqError('auth', 'not-authorized'));
      request(kind);
      return Promise.resolve({ type: 'result' });
    },
  };
}

/** Shutdown by XMPP has had no effect since 2020-08 (jitsi-videobridge PR 1380); over HTTP it has. */
function refusedShutdown(name: string): IqRoute {
  const reply = iqError('cancel', 'service-unavailable', `Unsupported IQ request ${name}`);
  return {
    name,
    namespace: colibri,
    types: ['get', 'set'],
    access: 'focus',
    handler: () => Promise.resolve(reply),
  };
}

function result(payload: XmlElement): IqReply {
  return { type: 'result', payload };
}

/** XEP-0202; the zone is always UTC. */
function timeElement(wallMs: number): XmlElement {
  const utc = new Date(wallMs).toISOString().replace(/\.\d+Z$/, 'Z');
  return element(
    'time',
    { xmlns: 'urn:xmpp:time' },
    element('tzo', {}, '+00:00'),
    element('utc', {}, utc),
  );
}

/** XEP-0092. */
function versionElement(software: Software): XmlElement {
  return element(
    'query',
    { xmlns: 'jabber:iq:version' },
    element('name', {}, software.name),
    element('version', {}, software.version),
    element('os', {}, software.os),
  );
}
