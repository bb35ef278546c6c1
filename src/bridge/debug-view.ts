import type { ConferenceDebugState } from '../conference/debug-state.ts';
import type { DebugQuery } from '../io/http/ports.ts';
import type { ObservedParts } from './snapshot.ts';

const lifecycleNames = {
  running: 'RUNNING',
  'graceful-shutdown': 'GRACEFUL_SHUTDOWN',
  'shutting-down': 'SHUTTING_DOWN',
} as const;

/** `/debug` in JVB's outline (operations.md §4.7): state of the bridge, then its conferences by their local id. */
export function debugView(parts: ObservedParts, query: DebugQuery): unknown {
  const conferences = describeConferences(parts, query);
  const { conferenceId } = query;
  const { vitals, lifecycle, config, clock } = parts;
  const outline = {
    shutdown_state: lifecycleNames[lifecycle.state.name],
    drain: parts.drain.on,
    time: clock.wallMs(),
    load_management: {
      state: vitals.stress >= 1 ? 'OVERLOADED' : 'NOT_OVERLOADED',
      stress: String(vitals.stress),
      reducer_enabled: String(config.load.reducer.enabled),
      ...(config.load.reducer.enabled && {
        reducer: { jvbLastN: parts.conferences.loadLastN },
      }),
    },
  };
  if (conferenceId !== undefined) {
    return { ...outline, conferences: { [conferenceId]: conferences[conferenceId] ?? 'null' } };
  }
  const { healthy, fault } = vitals.health;
  return {
    ...outline,
    conferences,
    health: {
      success: healthy,
      hardFailure: fault?.hard ?? true,
      responseCode: fault === undefined ? null : fault.hard ? 500 : 503,
      message: fault?.reason ?? null,
    },
    xmpp: parts.links().describe(),
    media: parts.media.figures(),
    sockets: vitals.sockets(),
  };
}

/** `/stats`: what jvb-rtcstats-push collects. */
export function rtcstatsView(parts: ObservedParts): unknown {
  const states = parts.conferences.debugState({ full: true }).filter(({ rtcstats }) => rtcstats);
  return { conferences: byId(states, parts) };
}

/** Who speaks in a meeting, in JVB's words; undefined = there is no such meeting. */
export function speakersView({ conferences }: ObservedParts, meetingId: string): unknown {
  const conference = conferences.all.find(({ identity }) => identity.meetingId === meetingId);
  if (!conference) return undefined;
  const { speakers, endpoints } = conference;
  return speechActivity(speakers.dominant, speakers.inOrder(endpoints.keys()));
}

function describeConferences(parts: ObservedParts, query: DebugQuery) {
  return byId(parts.conferences.debugState(query), parts);
}

function byId(
  states: readonly ConferenceDebugState[],
  parts: ObservedParts,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(states.map((state) => [state.id, describeConference(state, parts)]));
}

function describeConference(
  { meetingId, rtcstats, createdMs, endpoints, ...state }: ConferenceDebugState,
  { config, clock }: ObservedParts,
) {
  const { dominantSpeaker, speechOrder } = state;
  const shown = config.redact.remoteAddresses
    ? Object.entries(endpoints).map(([id, endpoint]) => [id, withoutAddress(endpoint)])
    : Object.entries(endpoints);
  return {
    ...state,
    meeting_id: meetingId,
    rtcstatsEnabled: rtcstats,
    ...(createdMs !== undefined && {
      expired: false,
      creation_time: Math.round(clock.wallMs() - (clock.nowMs() - createdMs)),
      speech_activity: speechActivity(dominantSpeaker, speechOrder ?? []),
    }),
    endpoints: Object.fromEntries(shown) as Readonly<Record<string, unknown>>,
    relays: {},
  };
}

type EndpointState = ConferenceDebugState['endpoints'][string];

type DetailedEndpoint = Extract<EndpointState, { readonly dtls: unknown }>;

/** `videobridge.redact-remote-addresses`: what identifies a person's line stays out. */
function withoutAddress(endpoint: EndpointState): EndpointState {
  // In short views an endpoint is only a name.
  if (typeof endpoint === 'string') return endpoint;
  const { path } = endpoint.link;
  if (!path) return endpoint;
  const remote = { ...path.remote, ip: 'redacted' };
  const redacted: DetailedEndpoint = {
    ...endpoint,
    link: { ...endpoint.link, path: { ...path, remote } },
  };
  return redacted;
}

function speechActivity(dominant: string | undefined, order: readonly string[]) {
  return {
    dominantEndpoint: dominant ?? 'null',
    dominantSpeakerIdentification: null,
    endpointsBySpeechActivity: order,
    endpointsInLastNOrder: order,
  };
}
