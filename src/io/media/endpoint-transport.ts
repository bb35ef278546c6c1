import type { types } from 'mediasoup';
import type { Logger } from '../../base/logger.ts';
import type { TransportPath, TransportState } from '../../conference/ports.ts';
import type {
  Candidate,
  DtlsSetup,
  Fingerprint,
  IceCredentials,
  LocalTransport,
  RemoteTransport,
} from '../../model/transport.ts';
import { RemoteCandidates } from './remote-candidates.ts';
import type { TransportCounts } from './traffic.ts';
import type { TransportOptions } from './media-options.ts';
import { redactAddresses } from './redact-addresses.ts';
import { icePasswordFingerprint } from './worker-reports.ts';

/** Hash functions the worker can check, strongest first. */
const fingerprintHashes = ['sha-512', 'sha-384', 'sha-256', 'sha-224', 'sha-1'] as const;

const iceStates: Record<types.IceState, TransportState | undefined> = {
  new: 'new',
  connected: 'connected',
  completed: 'connected',
  disconnected: 'disconnected',
  closed: undefined,
};

const dtlsStates: Record<types.DtlsState, TransportState | undefined> = {
  new: 'new',
  connecting: 'connecting',
  connected: 'connected',
  failed: 'failed',
  closed: 'disconnected',
};

export type TransportStates = { readonly ice: TransportState; readonly dtls: TransportState };

type EndpointTransportParts = {
  readonly counts: TransportCounts;
  readonly options: TransportOptions;
  readonly log: Logger;
};

/** ICE and DTLS of one endpoint: the bridge is ICE-lite and takes either DTLS role. */
export class EndpointTransport {
  readonly #transport: types.WebRtcTransport;
  readonly #candidates: readonly Candidate[];
  readonly #options: TransportOptions;
  readonly #log: Logger;
  #handshake: NodeJS.Timeout | undefined;
  #setup: DtlsSetup = 'actpass';
  #connecting: Promise<void> | undefined;
  #fingerprint: string | undefined;
  /** Restarts so far; `pending` while the client has not answered the last one (colibri2.md §3.10). */
  #restart = { generation: 0, pending: false };
  #states: TransportStates = { ice: 'new', dtls: 'new' };
  readonly #counts: TransportCounts;
  readonly #remoteCandidates = new RemoteCandidates();
  #wasRelayed = false;

  constructor(
    transport: types.WebRtcTransport,
    candidates: readonly Candidate[],
    onStates: (states: TransportStates) => void,
    { counts, options, log }: EndpointTransportParts,
  ) {
    this.#transport = transport;
    this.#candidates = candidates;
    this.#counts = counts;
    this.#options = options;
    this.#log = log;
    const change = (states: Partial<TransportStates>) => {
      const next = { ...this.#states, ...states };
      if (next.ice === this.#states.ice && next.dtls === this.#states.dtls) return;
      this.#states = next;
      onStates(next);
    };
    transport.on('icestatechange', (state) => {
      const ice = iceStates[state];
      if (ice) change({ ice });
    });
    transport.on('iceselectedtuplechange', () => this.#countRelayed());
    transport.on('dtlsstatechange', (state) => {
      const dtls = dtlsStates[state];
      if (dtls) change({ dtls });
      this.#watchHandshake(state, () => change({ dtls: 'failed' }));
    });
    transport.on('iceselectedtuplechange', (tuple) => this.#logPath(tuple));
    transport.observer.once('close', () => clearTimeout(this.#handshake));
  }

  describe(): LocalTransport {
    const { usernameFragment, password } = this.#transport.iceParameters;
    return {
      ufrag: usernameFragment,
      pwd: password,
      candidates: this.#candidates,
      fingerprints: [this.#localFingerprint()],
      ...(this.#restart.pending && { iceGeneration: this.#restart.generation }),
    };
  }

  /** The candidate pair in use; undefined before there is one. */
  path(): TransportPath | undefined {
    const tuple = this.#transport.closed ? undefined : this.#transport.iceSelectedTuple;
    if (tuple?.remoteIp === undefined || tuple.remotePort === undefined) return undefined;
    const remote = { ip: tuple.remoteIp, port: tuple.remotePort };
    return {
      protocol: tuple.protocol,
      local: { ip: tuple.localAddress, port: tuple.localPort },
      remote,
      remoteType: this.#remoteCandidates.typeOf(remote),
    };
  }

  /** @throws Error when the worker refuses; the transport is unchanged then */
  async setRemote(remote: RemoteTransport): Promise<void> {
    this.#remoteCandidates.add(remote.candidates);
    this.#countRelayed();
    if (this.#restart.pending && remote.iceGeneration === this.#restart.generation) {
      this.#restart.pending = false;
      this.#counts.iceRestarts.succeeded += 1;
    }
    const chosen = this.#choose(remote.fingerprints);
    if (!chosen) return;
    if (this.#connecting) {
      if (chosen.value !== this.#fingerprint)
        this.#log.warn({}, 'another DTLS fingerprint was signalled later: the first one counts');
      return this.#connecting;
    }
    this.#fingerprint = chosen.value;
    const remoteRole = chosen.setup === 'passive' ? 'server' : 'client';
    this.#setup = remoteRole === 'client' ? 'passive' : 'active';
    this.#connecting = this.#connect(remoteRole, chosen, remote.credentials);
    return this.#connecting;
  }

  async #connect(
    role: types.DtlsRole,
    { hash, value }: Fingerprint,
    credentials: IceCredentials | undefined,
  ): Promise<void> {
    const algorithm = hash as types.FingerprintAlgorithm;
    const fingerprints = [{ algorithm, value }, ...icePasswordFingerprint(credentials)];
    try {
      await this.#transport.connect({ dtlsParameters: { role, fingerprints } });
    } catch (error) {
      this.#connecting = undefined;
      this.#setup = 'actpass';
      throw error;
    }
  }

  /** @returns undefined where restarts are switched off */
  async restartIce(): Promise<LocalTransport | undefined> {
    if (!this.#options.iceRestart) return undefined;
    if (this.#states.ice === 'connected' && !this.#restart.pending) {
      this.#restart = { generation: this.#restart.generation + 1, pending: true };
      this.#counts.iceRestarts.started += 1;
      await this.#transport.restartIce();
    } else this.#counts.iceRestarts.notEstablished += 1;
    return this.describe();
  }

  #countRelayed(): void {
    if (this.#wasRelayed || this.path()?.remoteType !== 'relay') return;
    this.#wasRelayed = true;
    this.#counts.iceSucceededRelayed += 1;
  }

  /** The strongest hash wins (RFC 8122 §5); the worker checks one value. */
  #choose(fingerprints: readonly Fingerprint[]): Fingerprint | undefined {
    const accepted = this.#options.acceptedFingerprintHashes;
    for (const hash of fingerprintHashes.filter((each) => accepted.includes(each))) {
      const found = fingerprints.filter((fingerprint) => fingerprint.hash === hash);
      if (found.length > 1)
        this.#log.warn({ hash }, 'several certificates were signalled: the first one counts');
      if (found[0]) return { ...found[0], value: found[0].value.toUpperCase() };
    }
    if (fingerprints.length > 0)
      this.#log.warn({}, 'no DTLS fingerprint with an accepted hash: media will not connect');
    return undefined;
  }

  #localFingerprint(): Fingerprint {
    const hash = this.#options.localFingerprintHash;
    const { fingerprints } = this.#transport.dtlsParameters;
    const local = fingerprints.find(({ algorithm }) => algorithm === hash);
    if (!local) throw new Error(`the worker has no ${hash} fingerprint`);
    return { hash, value: local.value, setup: this.#setup };
  }

  #watchHandshake(state: types.DtlsState, onTimeout: () => void): void {
    clearTimeout(this.#handshake);
    if (state !== 'connecting') return;
    const limitMs = this.#options.dtlsHandshakeTimeoutMs;
    this.#handshake = setTimeout(() => {
      this.#log.warn({ limitMs }, 'the DTLS handshake takes too long: given up');
      onTimeout();
    }, limitMs);
    this.#handshake.unref();
  }

  /** The path media takes; what an operator looks for first when somebody hears nothing. */
  #logPath({
    localAddress,
    localPort,
    remoteIp,
    remotePort,
    protocol,
  }: types.TransportTuple): void {
    const remote = `${remoteIp ?? ''}:${remotePort ?? 0}`;
    this.#log.info(
      {
        protocol,
        local: `${localAddress}:${localPort}`,
        remote: this.#options.redaction.remoteAddresses ? redactAddresses(remote) : remote,
      },
      'ICE connected',
    );
  }
}
