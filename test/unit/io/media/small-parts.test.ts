import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataChannelAck, isDataChannelOpen } from '../../../../src/io/media/dcep.ts';
import { SsrcBudget } from '../../../../src/io/media/ssrc-budget.ts';
import { Traffic } from '../../../../src/io/media/traffic.ts';
import { payloadTypeNotice } from '../../../../src/io/media/worker-reports.ts';
import { ssrc } from '../../../../src/model/ids.ts';

function open(label: string, protocol: string): Buffer {
  const head = Buffer.alloc(12);
  head[0] = 3;
  head.writeUInt16BE(Buffer.byteLength(label), 8);
  head.writeUInt16BE(Buffer.byteLength(protocol), 10);
  return Buffer.concat([head, Buffer.from(label), Buffer.from(protocol)]);
}

describe('isDataChannelOpen', () => {
  it("knows lib-jitsi-meet's open message, and every prefix of it as broken", () => {
    const message = open('JVB data channel', 'http://jitsi.org/protocols/colibri');
    expect(isDataChannelOpen(message)).toBe(true);
    for (let length = 0; length < message.length; length += 1) {
      expect(isDataChannelOpen(message.subarray(0, length))).toBe(false);
    }
  });

  it('takes any bytes without harm', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const message = Buffer.from(bytes);
        if (isDataChannelOpen(message)) expect(message[0]).toBe(3);
      }),
    );
    expect(isDataChannelOpen(dataChannelAck)).toBe(false);
  });
});

describe('SsrcBudget', () => {
  it('counts an SSRC once, and nothing of what it refuses', () => {
    const budget = new SsrcBudget(3);
    expect(budget.admit([ssrc(1), ssrc(2)])).toBe(true);
    expect(budget.admit([ssrc(2), ssrc(1)])).toBe(true);
    expect(budget.admit([ssrc(3), ssrc(4)])).toBe(false);
    expect(budget.admit([ssrc(3)])).toBe(true);
    expect(budget.admit([ssrc(4)])).toBe(false);
    expect(budget.admit([ssrc(1), ssrc(2), ssrc(3)])).toBe(true);
  });
});

describe('Traffic', () => {
  const quality = { lossIn: undefined, lossOut: undefined, rttMs: undefined };

  it('has totals at once and rates of the interval that ended', () => {
    const traffic = new Traffic(1000);
    traffic.report({}, { bytesIn: 1000, bytesOut: 4000 }, quality);
    traffic.countPackets({ packetsIn: 10, packetsOut: 40 });
    expect(traffic.figures()).toMatchObject({ bytesIn: 1000, bitsPerSecondIn: 0 });
    traffic.tick(3000);
    expect(traffic.figures()).toMatchObject({
      bytesIn: 1000,
      bytesOut: 4000,
      packetsIn: 10,
      packetsOut: 40,
      bitsPerSecondIn: 4000,
      bitsPerSecondOut: 16_000,
      packetsPerSecondIn: 5,
      packetsPerSecondOut: 20,
    });
    traffic.tick(4000);
    expect(traffic.figures()).toMatchObject({ bytesIn: 1000, bitsPerSecondIn: 0 });
  });

  it('averages over endpoints that have a value and forgets those that left', () => {
    const traffic = new Traffic(0);
    const none = { bytesIn: 0, bytesOut: 0 };
    const [a, b, c] = [{}, {}, {}];
    traffic.report(a, none, { lossIn: 0.1, lossOut: undefined, rttMs: 20 });
    traffic.report(b, none, { lossIn: 0.3, lossOut: undefined, rttMs: undefined });
    traffic.report(c, none, quality);
    expect(traffic.figures()).toMatchObject({ lossIn: 0.2, lossOut: 0, rttMs: 20 });
    traffic.forget(a);
    expect(traffic.figures()).toMatchObject({ lossIn: 0.3, rttMs: 0 });
  });
});

describe('payloadTypeNotice', () => {
  const trace = { timestamp: 0, direction: 'in' as const };

  it('reads the SSRC and payload type of an rtp trace and nothing else', () => {
    const info = { rtpPacket: { ssrc: 5, payloadType: 100 } };
    expect(payloadTypeNotice({ ...trace, type: 'rtp', info })).toEqual({
      ssrc: 5,
      payloadType: 100,
    });
    expect(payloadTypeNotice({ ...trace, type: 'rtp', info: { rtpPacket: null } })).toBeUndefined();
    expect(payloadTypeNotice({ ...trace, type: 'pli', info })).toBeUndefined();
  });
});
