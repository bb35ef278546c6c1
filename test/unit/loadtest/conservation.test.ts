import { describe, expect, it } from 'vitest';
import type { Flow } from '../../../loadtest/media/receiver-log.ts';
import { checkConservation } from '../../../loadtest/run/conservation.ts';

describe('conservation', () => {
  const flow: Flow = {
    receiver: 2,
    sender: 1,
    kind: 'audio',
    encoding: 0,
    first: 10,
    last: 99,
    delivered: 80,
    lost: 4,
    lastSpeech: 99,
    shownUs: undefined,
  };
  const sent = [{ sender: 1, kind: 'audio', encoding: 0, packets: 100, speech: 100 }] as const;
  const rest = { wire: undefined, misattributed: 0, left: new Set<number>() };

  it('accounts for every packet from the first received to the last sent', () => {
    const { rows, holds } = checkConservation([flow], sent, rest);
    expect(rows[0]).toEqual({
      kind: 'audio',
      offered: 90,
      delivered: 80,
      lost: 4,
      withheld: 6,
      missing: 0,
    });
    expect(holds).toBe(true);
  });

  it('finds audio that just stopped, unless its receiver left', () => {
    const stopped = [{ ...flow, last: 89, delivered: 80, lost: 0, lastSpeech: 89 }];
    expect(checkConservation(stopped, sent, rest)).toMatchObject({ holds: false });
    const left = { ...rest, left: new Set([2]) };
    expect(checkConservation(stopped, sent, left).holds).toBe(true);
  });

  it('calls a voice that stopped held back where the bridge sends the loudest only', () => {
    const stopped = [{ ...flow, last: 89, delivered: 80, lost: 0, lastSpeech: 89 }];
    const { holds, rows } = checkConservation(stopped, sent, { ...rest, inPart: new Set([2]) });
    expect(holds).toBe(true);
    expect(rows[0]).toMatchObject({ withheld: 10, missing: 0 });
  });

  it('calls silence that stopped held back: a bridge may send who was heard lately', () => {
    const outside = [{ ...flow, last: 39, delivered: 30, lost: 0, lastSpeech: 19 }];
    const silent = [{ ...sent[0], speech: 20 }];
    const { holds, rows } = checkConservation(outside, silent, rest);
    expect(holds).toBe(true);
    expect(rows[0]).toMatchObject({ offered: 90, delivered: 30, withheld: 60, missing: 0 });
  });

  it('calls video that stopped held back: layers come and go', () => {
    const [layer] = [
      { ...flow, kind: 'video', last: 89, delivered: 80, lost: 0, lastSpeech: undefined },
    ] as const;
    const { holds, rows } = checkConservation([layer], [{ ...sent[0], kind: 'video' }], rest);
    expect(holds).toBe(true);
    expect(rows[1]).toMatchObject({ offered: 90, delivered: 80, withheld: 10, missing: 0 });
  });

  it('finds packets that nobody sent, wrong maps, and a bridge that counts otherwise', () => {
    const tooMany = [{ ...flow, delivered: 200 }];
    expect(checkConservation(tooMany, sent, rest).holds).toBe(false);
    expect(checkConservation([flow], sent, { ...rest, misattributed: 1 }).holds).toBe(false);
    const wire = { sentByBridge: 5000, received: { media: 4000, datagrams: 4100, lost: 10 } };
    expect(checkConservation([flow], sent, { ...rest, wire }).holds).toBe(false);
    const lost = { ...wire, received: { ...wire.received, lost: 900 } };
    expect(checkConservation([flow], sent, { ...rest, wire: lost }).holds).toBe(true);
    const agreeing = { ...wire, sentByBridge: 4050 };
    const countsLater = { ...wire, sentByBridge: 0 };
    expect(checkConservation([flow], sent, { ...rest, wire: countsLater }).holds).toBe(true);
    expect(checkConservation([flow], sent, { ...rest, wire: agreeing }).holds).toBe(true);
  });
});
