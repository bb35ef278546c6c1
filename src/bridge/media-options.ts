import type { BridgeConfig } from '../config/bridge-config.ts';
import { openMemoryFile } from '../io/system/memory-file.ts';
import { processRun } from '../io/system/process-run.ts';
import {
  defaultRestarts,
  type AdvertisedAddress,
  type MediaOptions,
} from '../io/media/media-options.ts';

/** What the addresses of this machine come to under the configuration. */
export type BridgeAddresses = {
  readonly listen: readonly string[];
  readonly advertise: readonly AdvertisedAddress[];
  /** Some advertised address is neither private, link-local nor loopback. */
  readonly hasValidAddress: boolean;
  /** STUN servers are configured and none answered. */
  readonly stunFailed: boolean;
};

/** What the operator set, in the terms of the media plane. */
export function mediaOptions(
  config: BridgeConfig,
  addresses: BridgeAddresses,
  { workerBin, workerSeries }: Pick<MediaOptions, 'workerBin' | 'workerSeries'>,
): MediaOptions {
  const { ice, dtls, congestion, worker, keyframes } = config;
  return {
    workerBin,
    workerSeries,
    workers: worker.count,
    placement: worker.placement,
    openJournal: openMemoryFile,
    processRun,
    listen: {
      addresses: addresses.listen,
      udpPort: ice.udpPort,
      ...(ice.tcp && { tcpPort: ice.tcp.port }),
      receiveBufferBytes: ice.receiveBufferBytes,
    },
    advertise: addresses.advertise,
    advertisePrivateAddresses: ice.advertisePrivateCandidates,
    bitrates: congestion.estimator,
    transports: {
      iceRestart: ice.restart,
      iceConsentTimeoutMs: ice.consentTimeoutMs,
      dtlsHandshakeTimeoutMs: dtls.handshakeTimeoutMs,
      localFingerprintHash: dtls.localFingerprintHash,
      acceptedFingerprintHashes: dtls.acceptedFingerprintHashes,
      redaction: config.redact,
    },
    keyframes,
    restarts: defaultRestarts,
    workerLogLevel: 'warn',
  };
}
