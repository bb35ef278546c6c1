import { describe, expect, it } from 'vitest';
import { ControlError, type Invitation } from '../../../loadtest/control/control-path.ts';
import type { GeneratorProcess } from '../../../loadtest/generator/generator-process.ts';
import { Crowd } from '../../../loadtest/run/crowd.ts';
import { FakeTime } from '../../support/fake-time.ts';
import { client } from './synthetic-client.ts';

/** A bridge that answers nobody until it is told to, and then refuses. */
class BusyBridge {
  readonly asked: number[] = [];
  readonly #waiting: (() => void)[] = [];

  async invite({ participant }: { readonly participant: number }): Promise<Invitation> {
    this.asked.push(participant);
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    throw new ControlError('busy');
  }

  refuseAll(): void {
    for (const refuse of this.#waiting) refuse();
  }

  forget(): void {
    /* remembers nothing */
  }

  async close(): Promise<void> {
    /* holds nothing */
  }
}

describe('a crowd that joins all at once', () => {
  it('comes without waiting for those before, each counted from when it was due', async () => {
    const bridge = new BusyBridge();
    const time = new FakeTime();
    const generator = { ask: () => undefined, tell: () => undefined };
    const crowd = new Crowd({
      control: bridge,
      generators: [generator as unknown as GeneratorProcess],
      clock: time,
      signal: new AbortController().signal,
    });
    const everybody = Array.from({ length: 200 }, (_, at) => client(at + 1));
    const joining = crowd.join(everybody, 0);
    await new Promise(setImmediate);
    expect(bridge.asked).toHaveLength(200);
    const dueUs = time.nowMs() * 1000;
    time.advance(5000);
    bridge.refuseAll();
    await joining;
    expect(new Set(crowd.joins.map(({ startUs }) => startUs))).toEqual(new Set([dueUs]));
    expect(crowd.joins.every(({ failure }) => failure === 'busy')).toBe(true);
  });
});
