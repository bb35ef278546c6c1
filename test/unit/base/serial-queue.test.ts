import { describe, expect, it } from 'vitest';
import { SerialQueue } from '../../../src/base/serial-queue.ts';

function deferred() {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

describe('SerialQueue', () => {
  it('starts a task only when the one before has ended', async () => {
    const queue = new SerialQueue();
    const first = deferred();
    const trace: string[] = [];
    const one = queue.add(async () => {
      trace.push('one starts');
      await first.promise;
      trace.push('one ends');
    });
    const two = queue.add(async () => void trace.push('two'));
    await Promise.resolve();
    expect(trace).toEqual(['one starts']);
    first.resolve();
    await Promise.all([one, two]);
    expect(trace).toEqual(['one starts', 'one ends', 'two']);
  });

  it('goes on after a task that failed, and tells only its caller', async () => {
    const queue = new SerialQueue();
    const failed = queue.add(() => Promise.reject(new Error('no')));
    const next = queue.add(async () => 'yes');
    await expect(failed).rejects.toThrow('no');
    await expect(next).resolves.toBe('yes');
  });

  it('counts what is not finished', async () => {
    const queue = new SerialQueue();
    const tasks = [queue.add(async () => 1), queue.add(() => Promise.reject(new Error('no')))];
    expect(queue.pending).toBe(2);
    await Promise.allSettled(tasks);
    expect(queue.pending).toBe(0);
  });
});
