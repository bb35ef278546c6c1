import { histogramOf } from '../histogram.ts';
import { type Metric, ownCounter, ownGauge, ownHistogram } from '../metric.ts';

const estimateBounds = [0.1e6, 0.25e6, 0.5e6, 1e6, 2.5e6, 5e6, 10e6, 25e6];

/** What receivers get, as far as the bridge can tell. */
export const ownMetrics: readonly Metric[] = [
  ownCounter(
    'conferences_lost',
    'Conferences that ended because their worker did',
    (s) => s.conferences.totals.conferencesLost,
  ),
  ownHistogram(
    'downlink_estimate_bits_per_second',
    'Receivers now by the bandwidth estimated towards them',
    (s) => histogramOf(estimateBounds, s.conferences.estimatesBps),
  ),
  ownGauge(
    'video_streams',
    'Video streams receivers are to be sent now',
    (s) => s.conferences.videoStreams,
  ),
  ownGauge(
    'video_streams_waiting',
    'Of these, those of which nothing leaves now: a key frame is awaited, or the sender is silent',
    (s) => s.conferences.videoStreamsWaiting,
  ),
  ownCounter(
    'video_starts',
    'Video streams that began to flow',
    (s) => s.conferences.totals.videoStarts,
  ),
  ownCounter(
    'video_start_seconds',
    'Time from the decision to send until the first packet left, summed over video_starts',
    (s) => s.conferences.totals.videoStartMs / 1000,
  ),
  ownCounter(
    'video_freezes',
    'Times a video stream stopped although it was to be sent, and went on later',
    (s) => s.conferences.totals.videoFreezes,
  ),
  ownCounter(
    'video_freeze_seconds',
    'How long these lasted together',
    (s) => s.conferences.totals.videoFreezeMs / 1000,
  ),
];
