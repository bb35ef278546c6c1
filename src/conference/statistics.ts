/** Counts over all conferences at one instant, for presence, REST and Prometheus (names as operations.md §3.5). */
export type ConferenceStatistics = {
  readonly conferences: number;
  readonly inactiveConferences: number;
  readonly p2pConferences: number;
  readonly largestConference: number;
  readonly localEndpoints: number;
  readonly localActiveEndpoints: number;
  readonly inactiveEndpoints: number;
  readonly receiveOnlyEndpoints: number;
  readonly endpointsSendingAudio: number;
  readonly endpointsSendingVideo: number;
  readonly visitors: number;
  readonly endpointsOversending: number;
  readonly endpointsWithSuspendedSources: number;
  readonly totals: ConferenceTotals;
};

/** Counted since the bridge started. */
export type ConferenceTotals = {
  readonly conferencesCreated: number;
  readonly conferencesCompleted: number;
  readonly conferenceSeconds: number;
  readonly conferencesLost: number;
  readonly participants: number;
  readonly visitors: number;
  readonly dominantSpeakerChanges: number;
  readonly endpointsDisconnected: number;
  readonly endpointsReconnected: number;
  readonly endpointsWithoutChannel: number;
  readonly iceSucceeded: number;
  readonly iceFailed: number;
  readonly dtlsFailed: number;
  readonly dataChannelMessagesReceived: number;
  readonly dataChannelMessagesSent: number;
  readonly webSocketMessagesReceived: number;
  readonly webSocketMessagesSent: number;
};
