import {
  bandwidth,
  boolean,
  count,
  duration,
  fraction,
  integer,
  interval,
  number,
  oneOf,
  restricted,
  text,
  textList,
} from '../reader.ts';
import { differently, ignored, notYet, obeyed, unsupported } from '../setting.ts';

const engine = 'The worker has its own estimator.';
const experiment = 'An experiment of the JVB’s estimator.';
const debugging = 'A debugging aid of the JVB.';
const loss = 'Artificial loss is made outside the bridge.';

const hashes = ['sha-512', 'sha-384', 'sha-256', 'sha-224', 'sha-1'] as const;
const acceptedHashes = ['sha-512', 'sha-384', 'sha-256', 'sha-1'];
const cipherSuites = [
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
  'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
  'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256',
];

const notEmpty = restricted(textList, 'a list with at least one name', (names) => names.length > 0);

const hashList = restricted(
  textList,
  `a list of ${hashes.join(', ')}`,
  (names) => names.length > 0 && names.every((name) => hashes.some((hash) => hash === name)),
);

const estimation = {
  'jmt.bwe.estimator.engine': ignored(oneOf('GoogleCc2', 'GoogleCc'), 'GoogleCc2', engine),
  'jmt.bwe.estimator.initial-bw': obeyed(bandwidth, '2500 kbps', 'Estimate to start with.'),
  'jmt.bwe.estimator.min-bw': differently(
    obeyed(bandwidth, '30 kbps', 'Lowest estimate.'),
    'Not below 30 kbps, or 0.',
  ),
  'jmt.bwe.estimator.max-bw': obeyed(bandwidth, '20 mbps', 'Highest estimate.'),
  'jmt.bwe.estimator.GoogleCc.default-window-size': ignored(duration, '5 seconds', engine),
  'jmt.bwe.estimator.GoogleCc.default-bucket-size': ignored(duration, '100 ms', engine),
  'jmt.bwe.estimator.GoogleCc.default-initial-ignore-bwe-period': ignored(
    duration,
    '10 seconds',
    engine,
  ),
  'jmt.bwe.estimator.GoogleCc2.default-window-size': ignored(duration, '1 second', engine),
  'jmt.bwe.estimator.GoogleCc2.default-bucket-size': ignored(duration, '20 ms', engine),
  'jmt.bwe.estimator.GoogleCc2.default-initial-ignore-bwe-period': differently(
    obeyed(duration, '0 seconds', 'Where videobridge.cc.initial-ignore-bwe-period is unset.'),
    'Whatever the engine.',
  ),
  'jmt.bwe.send-side.low-loss-threshold': ignored(fraction, 0.02, engine),
  'jmt.bwe.send-side.high-loss-threshold': ignored(fraction, 0.1, engine),
  'jmt.bwe.send-side.bitrate-threshold': ignored(bandwidth, '100 kbps', engine),
  'jmt.bwe.send-side.loss-experiment.probability': ignored(fraction, 0, experiment),
  'jmt.bwe.send-side.loss-experiment.low-loss-threshold': ignored(fraction, 0.02, experiment),
  'jmt.bwe.send-side.loss-experiment.high-loss-threshold': ignored(fraction, 0.1, experiment),
  'jmt.bwe.send-side.loss-experiment.bitrate-threshold': ignored(bandwidth, '100 kbps', experiment),
  'jmt.bwe.send-side.timeout-experiment.probability': ignored(fraction, 0, experiment),
  'jmt.bwe.overuse-detector.initial-threshold': ignored(number, 25, engine),
  'jmt.bwe.overuse-detector.overusing-time-threshold': ignored(number, 100, engine),
} as const;

const dtls = {
  'jmt.dtls.handshake-timeout': differently(
    obeyed(interval, '30 seconds', 'Longest DTLS handshake.'),
    'The endpoint expires then.',
  ),
  'jmt.dtls.cipher-suites': unsupported(notEmpty, cipherSuites, 'The worker chooses DTLS suites.'),
  'jmt.dtls.local-fingerprint-hash-function': obeyed(
    oneOf(...hashes),
    'sha-256',
    'Hash of the fingerprint that is signalled.',
  ),
  'jmt.dtls.accepted-fingerprint-hash-functions': obeyed(
    hashList,
    acceptedHashes,
    'Hashes accepted in the fingerprints of clients.',
  ),
  'jmt.srtp.max-consecutive-packets-discarded-early': ignored(
    integer,
    -1,
    'Every packet is authenticated.',
  ),
  'jmt.srtp.protection-profiles': unsupported(
    notEmpty,
    ['SRTP_AEAD_AES_128_GCM', 'SRTP_AES128_CM_HMAC_SHA1_80'],
    'The worker offers AEAD_AES_128_GCM, AEAD_AES_256_GCM and AES_CM_128_HMAC_SHA1_80.',
  ),
  'jmt.srtp.factory-class': ignored(text, 'OpenSSL', 'A class of the JVM.'),
} as const;

const keyframes = {
  'jmt.keyframe.min-interval': notYet(
    obeyed(
      duration,
      '200 ms',
      'Least time between key frame requests of one receiver for one source.',
    ),
  ),
  'jmt.keyframe.max-requests': notYet(obeyed(count, 3, 'Most of them in the interval below.')),
  'jmt.keyframe.max-request-interval': notYet(obeyed(duration, '10 s', 'That interval.')),
  'jmt.keyframe.source-wide-min-interval': notYet(
    obeyed(
      duration,
      '200 ms',
      'Least time between key frame requests to one source, whoever asks.',
    ),
  ),
  'jmt.keyframe.source-wide-max-requests': notYet(
    obeyed(count, 1, 'Most of them in the interval below.'),
  ),
  'jmt.keyframe.source-wide-max-request-interval': notYet(
    obeyed(duration, '200 ms', 'That interval.'),
  ),
} as const;

const audio = {
  'jmt.audio.red.policy': unsupported(
    oneOf('NOOP', 'STRIP', 'PROTECT_ALL'),
    'NOOP',
    'Redundant audio passes as it comes.',
  ),
  'jmt.audio.red.distance': ignored(oneOf('ONE', 'TWO'), 'TWO', 'Redundancy is not added here.'),
  'jmt.audio.red.vad-only': ignored(boolean, true, 'Redundancy is not added here.'),
  'jmt.audio.level.forwarded-silence-packets-limit': ignored(count, 3, 'Silence is forwarded.'),
  'jmt.audio.level.discard-silence': ignored(boolean, true, 'Silence is forwarded.'),
} as const;

const rates = {
  'jmt.rtp.bitrate-calculator.window-size': ignored(duration, undefined, engine),
  'jmt.rtp.bitrate-calculator.bucket-size': ignored(duration, undefined, engine),
  'jmt.transceiver.recv.queue-size': ignored(count, 1024, 'The worker has its own queues.'),
  'jmt.transceiver.send.queue-size': ignored(count, 1024, 'The worker has its own queues.'),
} as const;

const debug = {
  'jmt.debug.pcap.enabled': unsupported(boolean, false, 'Captures are taken outside the bridge.'),
  'jmt.debug.pcap.start-enabled': unsupported(
    boolean,
    false,
    'Captures are taken outside the bridge.',
  ),
  'jmt.debug.pcap.directory': ignored(text, '/tmp', debugging),
  'jmt.debug.packet-loss.incoming.uniform-rate': unsupported(fraction, '0 %', loss),
  'jmt.debug.packet-loss.incoming.burst-size': unsupported(count, 0, loss),
  'jmt.debug.packet-loss.incoming.burst-interval': unsupported(count, 0, loss),
  'jmt.debug.packet-loss.outgoing.uniform-rate': unsupported(fraction, '0 %', loss),
  'jmt.debug.packet-loss.outgoing.burst-size': unsupported(count, 0, loss),
  'jmt.debug.packet-loss.outgoing.burst-interval': unsupported(count, 0, loss),
  'jmt.debug.packet-timeline.enabled': unsupported(boolean, false, debugging),
  'jmt.debug.packet-timeline.log-fraction': ignored(count, 10_000, debugging),
  'jmt.debug.payload-verification.enabled': unsupported(boolean, false, debugging),
} as const;

export const mediaSettings = {
  ...estimation,
  ...dtls,
  ...keyframes,
  ...audio,
  ...rates,
  ...debug,
} as const;
