import { describe, expect, it } from 'vitest';
import { Reconciler } from '../../../src/base/reconciler.ts';

/** Applies slowly: each value waits for `finish`. */
function slowWorld() {
  const applied: string[] = [];
  const errors: unknown[] = [];
  const waiting: (() => void)[] = [];
  let busy = 0;
  const reconciler = new Reconciler<string>(
    async (value) => {
      busy += 1;
      expect(busy).toBe(1);
      applied.push(value);
      await new Promise<void>((done) => waiting.push(done));
      busy -= 1;
      if (value === 'bad') throw new Error('cannot');
    },
    (error) => errors.push(error),
  );
  const settle = async () => {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  const finish = async () => {
    waiting.shift()?.();
    await settle();
  };
  return { reconciler, applied, errors, settle, finish };
}

describe('Reconciler', () => {
  it('takes values set in the same tick for one', async () => {
    const { reconciler, applied, settle } = slowWorld();
    reconciler.set('a');
    reconciler.set('b');
    await settle();
    expect(applied).toEqual(['b']);
  });

  it('applies only the last of several values set meanwhile, and never two at once', async () => {
    const { reconciler, applied, settle, finish } = slowWorld();
    reconciler.set('a');
    await settle();
    reconciler.set('b');
    reconciler.set('c');
    await settle();
    expect(applied).toEqual(['a']);
    await finish();
    expect(applied).toEqual(['a', 'c']);
  });

  it('reports a failure and applies the next value', async () => {
    const { reconciler, applied, errors, settle, finish } = slowWorld();
    reconciler.set('bad');
    await settle();
    reconciler.set('good');
    await finish();
    await finish();
    await reconciler.settled();
    expect(applied).toEqual(['bad', 'good']);
    expect(errors).toEqual([new Error('cannot')]);
  });

  it('is settled when the last value has been applied', async () => {
    const { reconciler, settle, finish } = slowWorld();
    let settled = false;
    reconciler.set('a');
    void reconciler.settled().then(() => (settled = true));
    await settle();
    expect(settled).toBe(false);
    await finish();
    expect(settled).toBe(true);
  });

  it('applies nothing further once closed', async () => {
    const { reconciler, applied, settle, finish } = slowWorld();
    reconciler.set('a');
    await settle();
    reconciler.set('b');
    reconciler.close();
    reconciler.set('c');
    await finish();
    await reconciler.settled();
    expect(applied).toEqual(['a']);
  });
});
