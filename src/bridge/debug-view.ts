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
  const conferences = Object.fromEntries(
    parts.conferences.debugState(query).map((state) => [state.id, describeConference(state)]),
  );
  const { conferenceId } = query;
  if (conferenceId !== undefined) {
    return { conferences: { [conferenceId]: conferences[conferenceId] ?? 'null' } };
  }
  const { vitals, lifecycle, config, clock } = parts;
  const { healthy, reason } = vitals.health;
  return {
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
    health: {
      success: healthy,
      hardFailure: true,
      responseCode: healthy ? null : 500,
      message: reason ?? null,
    },
    xmpp: parts.links().describe(),
    media: parts.media.figures(),
    conferences,
  };
}

function describeConference({ meetingId, ...state }: ConferenceDebugState) {
  return { ...state, meeting_id: meetingId };
}
