import { counter, gauge, type Metric } from '../metric.ts';

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
