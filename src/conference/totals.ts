import type { ConferenceTotals } from './statistics.ts';

/** Counters as they run. */
export type Totals = { -readonly [Name in keyof ConferenceTotals]: number };

export function newTotals(): Totals {
  return {
    conferencesCreated: 0,
    conferencesCompleted: 0,
    conferenceSeconds: 0,
    conferencesLost: 0,
    participants: 0,
    visitors: 0,
    dominantSpeakerChanges: 0,
    endpointsDisconnected: 0,
    endpointsReconnected: 0,
    endpointsWithoutChannel: 0,
    iceSucceeded: 0,
    iceFailed: 0,
    dtlsFailed: 0,
    dataChannelMessagesReceived: 0,
    dataChannelMessagesSent: 0,
    webSocketMessagesReceived: 0,
    webSocketMessagesSent: 0,
    channelMessagesDropped: 0,
    requestsRefused: 0,
    requestsFailed: 0,
    layeringChanges: 0,
    videoMilliseconds: 0,
    videoStarts: 0,
    videoStartMs: 0,
    videoFreezes: 0,
    videoFreezeMs: 0,
  };
}
