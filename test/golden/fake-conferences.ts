import { err, ok, type Result } from '../../src/base/result.ts';
import type {
  CommandError,
  ConferenceCommand,
  ConferenceOutcome,
  EndpointCommand,
  EndpointOutcome,
} from '../../src/conference/commands.ts';
import { ssrc } from '../../src/model/ids.ts';
import type { DtlsSetup, LocalTransport } from '../../src/model/transport.ts';

const transport = (setup: DtlsSetup): LocalTransport => ({
  ufrag: 'abcd1234',
  pwd: 'abcdefghijklmnopqrstuv',
  candidates: [
    {
      foundation: '1',
      component: 1,
      protocol: 'udp',
      priority: 2_130_706_431,
      ip: '192.0.2.1',
      port: 10_000,
      type: 'host',
    },
  ],
  fingerprints: [{ hash: 'sha-256', value: Array(32).fill('AB').join(':'), setup }],
});

type Endpoints = Map<string, DtlsSetup>;
type Answer<T> = Result<T, CommandError>;

/** Conferences with endpoints that have nothing but a transport. */
export function fakeConferences() {
  const conferences = new Map<string, Endpoints>();

  function execute(command: ConferenceCommand): Answer<ConferenceOutcome> {
    const { meetingId, create } = command;
    const known = conferences.get(meetingId);
    if (create && known) return err({ code: 'conference-exists', text: 'exists' });
    if (!create && !known) return err({ code: 'conference-not-found', text: 'not found' });
    const endpoints: Endpoints = new Map(known);
    const outcomes: EndpointOutcome[] = [];
    for (const endpoint of command.endpoints) {
      const outcome = executeEndpoint(endpoint, endpoints, command.ignoreUnknownEndpoints);
      if (!outcome.ok) return outcome;
      outcomes.push(outcome.value);
    }
    if (command.expire || (!create && endpoints.size === 0)) conferences.delete(meetingId);
    else conferences.set(meetingId, endpoints);
    const created = create || command.endpoints.some(({ type }) => type === 'create');
    return ok({
      endpoints: outcomes,
      ...(created && { feedbackSsrcs: { audio: ssrc(1), video: ssrc(2) } }),
    });
  }

  return {
    execute: (command: ConferenceCommand) => Promise.resolve(execute(command)),
    exists: (meetingId: string) => conferences.has(meetingId),
  };
}

function executeEndpoint(
  endpoint: EndpointCommand,
  endpoints: Endpoints,
  ignoreUnknown: boolean,
): Answer<EndpointOutcome> {
  const { id } = endpoint;
  const bare = { id, expired: false, sctp: false, webSocketUrls: [] };
  const webSocketUrls = [`ws://127.0.0.1:9090/colibri-ws/fake/0123/${id}?pwd=0123`];
  if (endpoint.type === 'expire') {
    endpoints.delete(id);
    return ok({ ...bare, expired: true });
  }
  if (endpoint.type === 'create') {
    endpoints.set(id, 'actpass');
    return ok({ ...bare, transport: transport('actpass'), sctp: endpoint.sctp, webSocketUrls });
  }
  const setup = endpoints.get(id);
  if (!setup) {
    return ignoreUnknown
      ? ok(bare)
      : err({ code: 'unknown-endpoint', endpointId: id, text: 'unknown' });
  }
  if (endpoint.transport) endpoints.set(id, 'passive');
  return ok(endpoint.restartIce ? { ...bare, transport: transport(setup), webSocketUrls } : bare);
}
