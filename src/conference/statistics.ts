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
  readonly endpointsWithHighOutgoingLoss: number;
  /** One entry a conference. */
  readonly sizes: readonly {
    readonly endpoints: number;
    readonly audioSenders: number;
    readonly videoSenders: number;
  }[];
  /** Downlink estimates, bit/s, of the receivers that have one. */
  readonly estimatesBps: readonly number[];
  /** Video streams that are to be sent to somebody, and those of them of which nothing leaves. */
  readonly videoStreams: number;
  readonly videoStreamsWaiting: number;
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
  readonly channelMessagesDropped: number;
  /** Requests of a focus: too many waiting, or failed by a fault of the bridge. */
  readonly requestsRefused: number;
  readonly requestsFailed: number;
  readonly layeringChanges: number;
  readonly videoMilliseconds: number;
  /** Streams towards receivers: how often and how late they began, how often and how long they stopped. */
  readonly videoStarts: number;
  readonly videoStartMs: number;
  readonly videoFreezes: number;
  readonly videoFreezeMs: number;
};
