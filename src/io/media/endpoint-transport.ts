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
import {
  anewFingerprint,
  icePasswordFingerprint,
  refusalFingerprint,
  resumeFingerprint,
} from './worker-reports.ts';

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

/** An answer that takes longer is lost, as JVB's has it (colibri2.md §3.10). */
const RESTART_ANSWER_MS = 20_000;

export type TransportStates = { readonly ice: TransportState; readonly dtls: TransportState };

type EndpointTransportParts = {
  readonly counts: TransportCounts;
  readonly options: TransportOptions;
  readonly log: Logger;
};

/** ICE and DTLS of one endpoint: the bridge is ICE-lite and takes either DTLS role. */
export class EndpointTransport {
  #transport: types.WebRtcTransport;
  readonly #candidates: readonly Candidate[];
  readonly #options: TransportOptions;
  readonly #log: Logger;
  #handshake: NodeJS.Timeout | undefined;
  #setup: DtlsSetup = 'actpass';
  readonly #onStates: (states: TransportStates) => void;
  /** As signalled: they outlive the worker's objects. */
  #credentials: IceCredentials;
  readonly #localFingerprint: Fingerprint['value'];
  #tuple: types.TransportTuple | undefined;
  #connecting: Promise<void> | undefined;
  #remote: types.DtlsParameters | undefined;
  /** Restarts so far; `pending` while the client has not answered the last one (colibri2.md §3.10). */
  #restart = { generation: 0, pending: false, atMs: 0 };
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
    this.#onStates = onStates;
    this.#credentials = credentialsOf(transport);
    this.#localFingerprint = localFingerprint(transport, options.localFingerprintHash);
    this.#watch(transport);
  }

  /** Whether it could go on with `transport` of another worker: keys exist, or nothing but the fingerprint was shown of the certificate. */
  canMoveTo(transport: types.WebRtcTransport): boolean {
    const { dtls } = this.#states;
    if (dtls === 'connected') return true;
    // As DTLS client the worker may have begun before we heard so.
    const hasBegun = (dtls !== 'new' && dtls !== 'connecting') || this.#remote?.role === 'server';
    const { localFingerprintHash } = this.#options;
    return (
      !hasBegun && localFingerprint(transport, localFingerprintHash) === this.#localFingerprint
    );
  }

  /**
   * The worker died: goes on with `transport` of its successor, which takes the SRTP session over, and an open data channel, or makes
   * the handshake.
   * @throws Error when the worker before left nothing to go on with
   */
  async moveTo(transport: types.WebRtcTransport, hasChannel: boolean): Promise<void> {
    const former = {
      id: this.#transport.id,
      credentials: this.#credentials,
      tuple: this.#tuple,
    };
    const remote = this.#remote;
    this.#transport = transport;
    this.#watch(transport);
    if (this.#states.dtls === 'connected') {
      if (!remote) throw new Error('the endpoint was not connected');
      const fingerprints = [...remote.fingerprints, resumeFingerprint({ ...former, hasChannel })];
      await transport.connect({ dtlsParameters: { ...remote, fingerprints } });
      return;
    }
    await transport.connect({ dtlsParameters: { fingerprints: [anewFingerprint(former)] } });
    if (remote) await transport.connect({ dtlsParameters: remote });
  }

  /**
   * What was connected is no more, and nothing will bring it back. The client hears so from `transport`, sooner than it would
   * notice, and asks the focus for another invitation.
   */
  fail(transport: types.WebRtcTransport): void {
    this.#change({ ice: 'failed', dtls: 'failed' });
    const fingerprints = [refusalFingerprint(this.#credentials)];
    transport.connect({ dtlsParameters: { fingerprints } }).catch((error: unknown) => {
      if (!transport.closed)
        this.#log.warn({ err: error }, 'the client is not told that its session is lost');
    });
  }

  #watch(transport: types.WebRtcTransport): void {
    transport.on('icestatechange', (state) => {
      const ice = iceStates[state];
      if (ice) this.#change({ ice });
    });
    transport.on('dtlsstatechange', (state) => {
      const dtls = dtlsStates[state];
      if (dtls) this.#change({ dtls });
      this.#watchHandshake(state, () => this.#change({ dtls: 'failed' }));
    });
    transport.on('iceselectedtuplechange', (tuple) => {
      this.#tuple = tuple;
      this.#countRelayed();
      this.#logPath(tuple);
    });
    transport.observer.once('close', () => clearTimeout(this.#handshake));
  }

  #change(states: Partial<TransportStates>): void {
    const next = { ...this.#states, ...states };
    if (next.ice === this.#states.ice && next.dtls === this.#states.dtls) return;
    this.#states = next;
    this.#onStates(next);
  }

  describe(): LocalTransport {
    return {
      ...this.#credentials,
      candidates: this.#candidates,
      fingerprints: [
        {
          hash: this.#options.localFingerprintHash,
          value: this.#localFingerprint,
          setup: this.#setup,
        },
      ],
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
      if (chosen.value !== this.#remote?.fingerprints[0]?.value)
        this.#log.warn({}, 'another DTLS fingerprint was signalled later: the first one counts');
      return this.#connecting;
    }
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
    this.#remote = { role, fingerprints };
    const transport = this.#transport;
    try {
      await transport.connect({ dtlsParameters: this.#remote });
    } catch (error) {
      // The worker died, which is nothing the focus did wrong: the next one makes the handshake, or refuses the client.
      if (transport.closed) return;
      this.#connecting = undefined;
      this.#remote = undefined;
      this.#setup = 'actpass';
      throw error;
    }
  }

  /** @returns undefined where restarts are switched off */
  async restartIce(): Promise<LocalTransport | undefined> {
    if (!this.#options.iceRestart) return undefined;
    const { generation, pending, atMs } = this.#restart;
    // The focus passes no number on twice. The credentials stay: the client may use the former ones yet, or those of the round.
    if (pending && performance.now() - atMs >= RESTART_ANSWER_MS) {
      this.#beginRound(generation + 1);
      return this.describe();
    }
    const mayStart = this.#states.ice === 'connected' && !pending;
    if (!mayStart || !(await this.#startRestart())) this.#counts.iceRestarts.notEstablished += 1;
    return this.describe();
  }

  /** @returns false if the worker is gone: its successor goes on with the credentials there are */
  async #startRestart(): Promise<boolean> {
    const transport = this.#transport;
    try {
      await transport.restartIce();
    } catch (error) {
      if (transport.closed) return false;
      throw error;
    }
    this.#credentials = credentialsOf(transport);
    this.#beginRound(this.#restart.generation + 1);
    return true;
  }

  #beginRound(generation: number): void {
    this.#restart = { generation, pending: true, atMs: performance.now() };
    this.#counts.iceRestarts.started += 1;
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

function credentialsOf({ iceParameters }: types.WebRtcTransport): IceCredentials {
  return { ufrag: iceParameters.usernameFragment, pwd: iceParameters.password };
}

function localFingerprint(
  { dtlsParameters }: types.WebRtcTransport,
  hash: TransportOptions['localFingerprintHash'],
): string {
  const local = dtlsParameters.fingerprints.find(({ algorithm }) => algorithm === hash);
  if (!local) throw new Error(`the worker has no ${hash} fingerprint`);
  return local.value;
}
