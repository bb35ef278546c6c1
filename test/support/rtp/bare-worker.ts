// The worker alone, with nothing of ours around it but the functions that let us choose all RTP parameters.
import { execFileSync } from 'node:child_process';
import type { TestContext } from 'vitest';
import { createWorker, type types } from 'mediasoup';
import { exactly, installExactParameters } from '../../../src/io/media/ortc-override.ts';

export function workerBin(): string {
  const given = process.env['MEDIASOUP_WORKER_BIN'];
  if (given !== undefined && given !== '') return given;
  return execFileSync(process.execPath, ['scripts/worker-path.mjs'], { encoding: 'utf8' }).trim();
}

/** Call it first in a test that measures the worker's memory. */
export function skipIfSanitized(context: TestContext): void {
  context.skip(workerBin().includes('-asan-'), 'AddressSanitizer keeps freed memory');
}

export class BareWorker {
  readonly worker: types.Worker;
  readonly router: types.Router;
  /** The error it died of, if it did. */
  death: Error | undefined;

  private constructor(worker: types.Worker, router: types.Router) {
    this.worker = worker;
    this.router = router;
    worker.on('died', (error) => (this.death = error));
  }

  /** @param environment for the worker's process only */
  static async start(environment: Readonly<Record<string, string>> = {}): Promise<BareWorker> {
    installExactParameters();
    // mediasoup hands its own environment down and offers no other.
    const before = process.env;
    process.env = { ...before, ...environment };
    const started = createWorker({ workerBin: workerBin(), logLevel: 'none' });
    process.env = before;
    const worker = await started;
    // The codecs do not matter: parameters are given exactly.
    const mediaCodecs = [
      { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 } as const,
    ];
    return new BareWorker(worker, await worker.createRouter({ mediaCodecs }));
  }

  close(): void {
    this.worker.close();
  }
}

/** Makes `transport` send what `producer` receives, with exactly these parameters. */
export async function consume(
  transport: types.Transport,
  producer: types.Producer,
  rtpParameters: types.RtpParameters,
): Promise<types.Consumer> {
  return transport.consume({
    producerId: producer.id,
    rtpCapabilities: exactly(rtpParameters),
    // Left out, mediasoup makes one up.
    ...(rtpParameters.mid !== undefined && { mid: rtpParameters.mid }),
  });
}
