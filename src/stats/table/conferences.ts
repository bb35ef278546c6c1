import { type Histogram, histogramOf } from '../histogram.ts';
import { counter, gauge, histogram, type Metric } from '../metric.ts';
import type { BridgeSnapshot } from '../bridge-snapshot.ts';

/** JVB's: every size up to 20, then all that are larger. */
const sizeBounds = Array.from({ length: 21 }, (_, size) => size);

type Size = BridgeSnapshot['conferences']['sizes'][number];

function sizes(of: keyof Size): (snapshot: BridgeSnapshot) => Histogram {
  return ({ conferences }) =>
    histogramOf(
      sizeBounds,
      conferences.sizes.map((size) => size[of]),
    );
}

/** Conferences. */
export const conferencesMetrics: readonly Metric[] = [
  gauge(
    { key: 'conferences', name: 'conferences' },
    'Conferences now',
    (s) => s.conferences.conferences,
  ),
  gauge(
    { key: 'inactive_conferences', name: 'conferences_inactive' },
    'Conferences in which nobody sends media',
    (s) => s.conferences.inactiveConferences,
  ),
  gauge(
    { key: 'p2p_conferences', name: 'conferences_p2p' },
    'Inactive conferences of exactly two endpoints',
    (s) => s.conferences.p2pConferences,
  ),
  gauge(
    { key: 'largest_conference', name: 'largest_conference' },
    'Endpoints in the largest conference',
    (s) => s.conferences.largestConference,
  ),
  gauge(
    { key: 'octo_conferences', name: 'conferences_with_relay' },
    'Conferences with a relay: none, there are no relays yet',
    () => 0,
  ),
  histogram('conferences_by_size', 'Conferences now by number of endpoints', sizes('endpoints')),
  histogram(
    'conferences_by_audio_sender',
    'Conferences now by number of endpoints sending audio',
    sizes('audioSenders'),
  ),
  histogram(
    'conferences_by_video_sender',
    'Conferences now by number of endpoints sending video',
    sizes('videoSenders'),
  ),
  counter(
    { key: 'total_conferences_created', name: 'conferences_created' },
    'Conferences created',
    (s) => s.conferences.totals.conferencesCreated,
  ),
  counter(
    { key: 'total_conferences_completed', name: 'conferences_completed' },
    'Conferences expired',
    (s) => s.conferences.totals.conferencesCompleted,
  ),
  counter(
    { key: 'total_conference_seconds', name: 'conference_seconds' },
    'Seconds of all expired conferences',
    (s) => Math.floor(s.conferences.totals.conferenceSeconds),
  ),
  counter(
    { key: 'total_dominant_speaker_changes', name: 'dominant_speaker_changes' },
    'Changes of dominant speaker',
    (s) => s.conferences.totals.dominantSpeakerChanges,
  ),
];
