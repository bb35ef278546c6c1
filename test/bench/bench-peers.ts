import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createInterface, type Interface } from 'node:readline';
import type { Credentials, StreamDescription } from './bench-conference.ts';
import { peersProgram } from '../../loadtest/certify/native-limits.ts';

/** As OpenSSL calls what is negotiated with DTLS (RFC 5764, RFC 7714). */
export type SrtpProfile =
  'SRTP_AEAD_AES_128_GCM' | 'SRTP_AEAD_AES_256_GCM' | 'SRTP_AES128_CM_SHA1_80';

/** What all peers of a run offer with DTLS: a certificate, of which `fingerprint` is signalled (sha-256), and an SRTP profile. */
export type PeerCertificate = {
  readonly certificate: string;
  readonly key: string;
  readonly fingerprint: string;
  readonly profile: SrtpProfile;
};

export function makeCertificate(profile: SrtpProfile = 'SRTP_AEAD_AES_128_GCM'): PeerCertificate {
  const folder = mkdtempSync(`${tmpdir()}/trestle-peers-`);
  const [certificate, key] = [`${folder}/cert.pem`, `${folder}/key.pem`];
  const subject = ['-subj', '/CN=bench', '-days', '2', '-nodes'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  const files = ['-keyout', key, '-out', certificate];
  execFileSync('openssl', ['req', '-x509', ...curve, ...subject, ...files], { stdio: 'ignore' });
  const { fingerprint256 } = new X509Certificate(readFileSync(certificate));
  return { certificate, key, fingerprint: fingerprint256, profile };
}

/** Frames of `burst` packets of `bytes`, `rate` times a second. */
export type Shape = { readonly burst: number; readonly rate: number; readonly bytes: number };

/** Delays are from before the sender's system call to the kernel's receive time, of one receiver in ten. */
export type Received = {
  readonly received: number;
  /** Forged, or with an index that came before; of the same receivers. */
  readonly refused: number;
  readonly delayP50Ms: number;
  readonly delayP99Ms: number;
};

/** A running peer program; what it counted comes out when it is stopped. */
export class BenchPeers {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: Interface) {
    this.#child = child;
    this.#lines = lines[Symbol.asyncIterator]();
  }

  static receive(
    port: number,
    peers: readonly Credentials[],
    { certificate, key, profile }: PeerCertificate,
  ): Promise<BenchPeers> {
    const transportCcId = '5';
    return BenchPeers.#run(
      ['receive', String(port), certificate, key, profile, transportCcId],
      peers,
    );
  }

  static send(
    port: number,
    peer: Credentials,
    { certificate, key, profile }: PeerCertificate,
    { kind, ssrc, shape }: StreamDescription & { readonly shape: Shape },
  ): Promise<BenchPeers> {
    const payloadType = kind === 'audio' ? 111 : 100;
    const stream = [kind, ssrc, payloadType, shape.burst, shape.rate, shape.bytes].map(String);
    return BenchPeers.#run(['send', String(port), certificate, key, profile, ...stream], [peer]);
  }

  /** What the program counted: `received`, `feedback` or `sent`. */
  async stop(): Promise<Readonly<Record<string, number>>> {
    this.#child.kill('SIGTERM');
    return JSON.parse(await this.#line()) as Record<string, number>;
  }

  /** Asks a receiver how many packets have come so far, and how long they took since it was last asked. */
  async look(): Promise<Received> {
    this.#child.kill('SIGUSR1');
    return JSON.parse(await this.#line()) as Received;
  }

  static async #run(args: readonly string[], peers: readonly Credentials[]): Promise<BenchPeers> {
    const child = spawn(peersProgram, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.write(`${peers.map(({ ufrag, pwd }) => `${ufrag} ${pwd}`).join('\n')}\n.\n`);
    const running = new BenchPeers(child, createInterface(child.stdout));
    const { connected } = JSON.parse(await running.#line()) as { connected: number };
    if (connected !== peers.length)
      throw new Error(`${connected} of ${peers.length} peers connected`);
    return running;
  }

  async #line(): Promise<string> {
    const line = await this.#lines.next();
    if (line.done === true) throw new Error('bench-peers ended early');
    return line.value;
  }
}
