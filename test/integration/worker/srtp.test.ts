// AES-GCM of RFC 7714 as the worker does it, against Node's: with the library it was built with, and with OpenSSL where that has nothing
// for the processor.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildRtp } from '../../../loadtest/rtp/rtp-packet.ts';
import { buildPli } from '../../../loadtest/rtp/rtcp-packet.ts';
import { BareWorker, consume, skipIfSanitized, workerBin } from '../../support/rtp/bare-worker.ts';
import { CallCounter } from '../../support/rtp/call-counter.ts';
import {
  audioParameters,
  payloadType,
  videoParameters,
} from '../../support/rtp/jitsi-parameters.ts';
import { PlainPeer } from '../../support/rtp/plain-peer.ts';
import { compilePreload, preloadedSanitizerOptions } from '../../support/rtp/preload.ts';
import type { SrtpSuite } from '../../support/rtp/srtp-context.ts';
import { until } from '../../support/until.ts';

const SENT = 1000;
const RECEIVED = 2000;
const suites: readonly SrtpSuite[] = ['AEAD_AES_128_GCM', 'AEAD_AES_256_GCM'];
const libraries = ['the library it was built with', 'OpenSSL'] as const;

let folder: string;
let withoutIpsecMb: string;
let bare: BareWorker;
let sender: PlainPeer;
let receiver: PlainPeer;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trestle-srtp-'));
  withoutIpsecMb = compilePreload('without-ipsec-mb', folder);
});

afterAll(() => rmSync(folder, { recursive: true }));

function rtp(
  sequenceNumber: number,
  payload: Buffer | string = `packet ${sequenceNumber}`,
): Buffer {
  return buildRtp({
    payloadType: payloadType.opus,
    sequenceNumber: sequenceNumber & 0xffff,
    timestamp: sequenceNumber * 960,
    ssrc: SENT,
    marker: false,
    payload: Buffer.from(payload),
  });
}

const isBuiltWithIpsecMb = () => readFileSync(workerBin()).includes('libIPSec_MB');

describe.each(libraries)('with %s', (library) => {
  describe.each(suites)('%s', (suite) => {
    beforeEach(() => start());

    afterEach(close);

    async function start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
      const { LD_PRELOAD = '' } = environment;
      bare = await BareWorker.start({
        ...environment,
        LD_PRELOAD: library === 'OpenSSL' ? `${LD_PRELOAD}:${withoutIpsecMb}` : LD_PRELOAD,
        ASAN_OPTIONS: preloadedSanitizerOptions,
      });
      sender = await PlainPeer.open(bare.router, { srtp: suite });
      receiver = await PlainPeer.open(bare.router, { srtp: suite });
      const rtpParameters = audioParameters({ ssrc: SENT });
      const producer = await sender.transport.produce({ kind: 'audio', rtpParameters });
      await consume(receiver.transport, producer, audioParameters({ ssrc: RECEIVED }));
    }

    function close(): void {
      sender.close();
      receiver.close();
      bare.close();
    }

    /** Sends a packet that is fine, after those before: they have been looked at once it came. */
    async function markerAfterwards(sequenceNumber: number): Promise<void> {
      const marker = `marker ${sequenceNumber}`;
      sender.sendBytes(rtp(sequenceNumber, marker));
      await until(() =>
        receiver.rtp.some(({ payload }) => payload.toString() === marker)
          ? undefined
          : `${marker} did not come`,
      );
    }

    const bytesTaken = async () => (await sender.transport.getStats())[0]?.rtpBytesReceived;

    it('carries packets of every length', async () => {
      for (let length = 1; length <= 1200; length += length < 80 ? 1 : 37) {
        const payload = Buffer.from(Array.from({ length }, (_, place) => place * length));
        sender.sendBytes(rtp(length, payload));
        await until(() =>
          receiver.rtp.at(-1)?.payload.equals(payload) === true ? undefined : `no ${length} bytes`,
        );
      }
      expect(receiver.received?.rejected).toBe(0);
    });

    it('goes on when sequence numbers begin anew', async () => {
      for (let sequenceNumber = 65_000; sequenceNumber < 66_000; sequenceNumber += 50)
        await markerAfterwards(sequenceNumber);
      expect(receiver.received?.rejected).toBe(0);
    });

    it('takes each packet once, however late up to 1,024', async () => {
      await markerAfterwards(100);
      const late = [150, 900, 1200].map((sequenceNumber) => rtp(sequenceNumber, 'late'));
      const datagrams = late.map((packet) => sender.protect(packet));
      await markerAfterwards(1200 + 700);
      const before = await bytesTaken();
      for (const datagram of [...datagrams, ...datagrams]) sender.sendDatagram(datagram);
      const after = rtp(1901, 'marker 1901');
      await markerAfterwards(1901);
      // 150 is too old.
      const once = late[0]!.length * 2 + after.length;
      expect((await bytesTaken())! - before!).toBe(once);
    });

    it('takes nothing that was changed or cut, and takes the original afterwards', async () => {
      await markerAfterwards(1);
      const packet = rtp(2, 'the original');
      const datagram = sender.protect(packet);
      const before = await bytesTaken();
      for (const place of [
        1,
        5,
        12,
        datagram.length - 17,
        datagram.length - 16,
        datagram.length - 1,
      ]) {
        const changed = Buffer.from(datagram);
        changed.writeUInt8(changed.readUInt8(place) ^ 0x01, place);
        sender.sendDatagram(changed);
      }
      for (let length = 1; length < datagram.length; length += 1)
        sender.sendDatagram(datagram.subarray(0, length));
      // CSRCs and an extension that the packet has no room for.
      for (const first of [0x8f, 0x90, 0x9f])
        sender.sendDatagram(Buffer.concat([Buffer.from([first]), datagram.subarray(1)]));
      // A jump ahead that is not authentic must not move the window.
      const far = Buffer.from(datagram);
      far.writeUInt16BE(30_000, 2);
      sender.sendDatagram(far);
      sender.sendDatagram(datagram);
      const marker = rtp(3, 'marker 3');
      await markerAfterwards(3);
      expect((await bytesTaken())! - before!).toBe(packet.length + marker.length);
      expect(bare.death).toBeUndefined();
    });

    it('takes each RTCP packet once, and only encrypted and whole', async () => {
      const video = await sender.transport.produce({
        kind: 'video',
        rtpParameters: videoParameters({ ssrc: SENT + 10 }),
      });
      const parameters = videoParameters({ ssrc: RECEIVED + 10 });
      const consumer = await consume(receiver.transport, video, parameters);
      const asked = async () =>
        (await consumer.getStats()).reduce((sum, stats) => sum + stats.pliCount, 0);
      const first = receiver.protectRtcp(buildPli(1, RECEIVED + 10));
      receiver.sendDatagram(first);
      await until(async () => ((await asked()) > 0 ? undefined : 'no PLI came'));
      const before = await asked();

      receiver.sendDatagram(first);
      const good = receiver.protectRtcp(buildPli(1, RECEIVED + 10));
      for (const place of [
        7,
        8,
        good.length - 20,
        good.length - 5,
        good.length - 4,
        good.length - 1,
      ]) {
        const changed = Buffer.from(good);
        changed.writeUInt8(
          changed.readUInt8(place) ^ (place === good.length - 4 ? 0x80 : 0x01),
          place,
        );
        receiver.sendDatagram(changed);
      }
      for (let length = 1; length < good.length; length += 1)
        receiver.sendDatagram(good.subarray(0, length));
      receiver.sendDatagram(good);
      await until(async () => ((await asked()) > before ? undefined : 'no second PLI came'));
      receiver.sendDatagram(good);
      receiver.sendDatagram(receiver.protectRtcp(buildPli(1, RECEIVED + 10)));
      await until(async () => ((await asked()) >= before + 2 ? undefined : 'no third PLI came'));
      expect(await asked()).toBe(before + 2);
    });

    it('asks that library for each packet, and no other', async (context) => {
      skipIfSanitized(context);
      const counter = new CallCounter();
      close();
      await start(counter.environment);
      await markerAfterwards(1);
      const before = counter.counts();
      const packets = 200;
      for (let place = 0; place < packets; place += 1) sender.sendBytes(rtp(2 + place));
      await markerAfterwards(2 + packets);
      const after = counter.counts();
      counter.close();
      expect(after.libsrtpPackets).toBe(0);
      const byOpenssl = after.opensslPackets - before.opensslPackets;
      if (library === 'OpenSSL' || !isBuiltWithIpsecMb())
        expect(byOpenssl).toBeGreaterThanOrEqual(2 * packets);
      else expect(byOpenssl).toBe(0);
    });
  });
});
