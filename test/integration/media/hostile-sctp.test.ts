// A client that has come in as it should, and then says over SCTP what none would.
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { atTheEnd } from '../../support/at-the-end.ts';
import { openNat } from '../../support/client/nat.ts';
import {
  DtlsClientRecords,
  helloRandom,
  recordType,
} from '../../support/rtp/dtls-client-records.ts';
import { type ShimmedWorker, workerWithCiphers } from '../../support/rtp/dtls-shim.ts';
import { chunk, chunksOf, chunkType, sctpPacket, words } from '../../support/rtp/sctp-packet.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { until } from '../../support/until.ts';
import { applicationRecords, outlive, Talker } from './channel-fixture.ts';
import { openConference, recordingLogger, startPlane, workerBin } from './media-fixture.ts';

/** What the client itself has sent, to be wrong about. */
type Known = { readonly packets: readonly Buffer[]; readonly tsn: number };

const endings: readonly number[] = [
  chunkType.abort,
  chunkType.shutdown,
  chunkType.shutdownAck,
  chunkType.shutdownComplete,
];
const others = [...Array(16).keys(), 64, 65, 128, 130, 132, 192, 193, 194, 195, 255].filter(
  (type) => !endings.includes(type),
);
const far = [0, 1, 2, 3, 1000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

const unorderedAndWhole = 7;

/** What follows the client's last word. */
const forgedText = ({ tsn }: Known) =>
  Buffer.concat([words(tsn + 1, 0, 51), Buffer.from('forged')]);

/** Lengths that are no true ones, with too little behind them. */
function* lying(types: readonly number[]): Generator<Buffer> {
  for (const type of types)
    for (const length of [0, 1, 3, 4, 5, 8, 12, 16, 20, 21, 0x7fff, 0xffff])
      for (const bytes of [0, 3, 4, 12, 16, 40])
        for (const flags of [0, 3, 0xff])
          yield chunk(type, Buffer.alloc(bytes, 0xa5), flags, length);
}

/** Well-formed, with numbers that cannot be. */
function* farAway({ tsn }: Known): Generator<Buffer> {
  for (const distance of far) {
    const there = tsn + distance;
    for (const stream of [0, 1, 2, 0xffff]) {
      for (const protocol of [0, 50, 51, 53, 99]) {
        const rest = words((stream << 16) | 0xffff, protocol);
        for (const flags of [0, 1, 2, 3, 4, 7])
          yield chunk(
            chunkType.data,
            Buffer.concat([words(there), rest, words(0x0300_0000)]),
            flags,
          );
      }
      yield chunk(chunkType.interleavedData, words(there, stream << 16, distance, 53, 1), 3);
      yield chunk(chunkType.forwardTsn, words(there, (stream << 16) | 0xffff));
      // Resets: outgoing, incoming, of the association, more streams; and answers to what nobody asked.
      for (const parameter of [13, 14, 15, 16, 17, 18])
        for (const length of [0, 4, 8, 12, 16, 0xffff])
          yield chunk(
            chunkType.reConfig,
            words((parameter << 16) | length, there, distance, stream),
          );
    }
    // Blocks that overlap, run backwards or are announced only, and what came twice.
    yield chunk(chunkType.sack, words(there, 0, 0));
    yield chunk(chunkType.sack, words(there, 0xffff_ffff, 0xffff_ffff));
    yield chunk(
      chunkType.sack,
      words(there, 1000, 0x0003_0002, 0x0005_0002, 0x0001_ffff, 0, there, there),
    );
    yield chunk(chunkType.init, words(distance, 0, 0, there));
    yield chunk(chunkType.initAck, words(distance, distance, distance, there, 0x0007_0004));
    yield chunk(chunkType.cookieEcho, words(there, there, distance));
    for (const cause of [1, 3, 5, 13, 99])
      yield chunk(chunkType.error, words((cause << 16) | (distance & 0xffff), there));
  }
}

/** What it said itself, with bytes changed, cut off or repeated. */
function* changed({ packets }: Known): Generator<Buffer> {
  const random = seededRandom(7);
  for (let round = 0; round < 3000; round += 1) {
    const chunks = Buffer.from(chunksOf(packets[random.uint32() % packets.length]!));
    for (let changes = random.uint32() % 4; changes >= 0; changes -= 1)
      chunks.writeUInt8(random.uint32() & 0xff, random.uint32() % chunks.length);
    // Endings come last.
    if (endings.includes(chunks[0]!)) continue;
    const cut = random.uint32() % 3 === 0 ? random.uint32() % chunks.length : chunks.length;
    yield Buffer.concat([chunks.subarray(0, cut), random.uint32() % 5 === 0 ? chunks : words()]);
  }
}

/** Somebody who can put whatever it likes into a record. */
async function joinMallory(plane: Plane, conference: Conference, worker: ShimmedWorker) {
  const nat = await openNat(plane.ports!.udp);
  atTheEnd(() => nat.close());
  const mallory = await Talker.join(conference, 'mallory', { candidatePort: nat.port });
  await mallory.talk('as it should be');
  const clientRandom = helloRandom(nat.forwarded, 1)!;
  const serverRandom = helloRandom(nat.returned, 2)!;
  const master = worker.masterSecrets().get(clientRandom.toString('hex'))!;
  const records = new DtlsClientRecords({ master, clientRandom, serverRandom });
  const packets = applicationRecords(nat.forwarded).map(({ datagram }) => records.read(datagram));
  const data = packets.findLast((packet) => chunksOf(packet)[0] === chunkType.data)!;
  const known: Known = { packets, tsn: chunksOf(data).readUInt32BE(4) };
  let sequence = 100_000; // far ahead of its own
  const send = async (chunks: Iterable<Buffer>) => {
    let sent = 0;
    for (const each of chunks) {
      const packet = sctpPacket(data, each);
      nat.send(records.make(recordType.applicationData, packet, (sequence += 1)));
      if ((sent += 1) % 20 === 0) await setImmediate();
    }
    return sent;
  };
  return { mallory, known, send };
}

type Plane = Awaited<ReturnType<typeof startPlane>>;
type Conference = Awaited<ReturnType<typeof openConference>>;

it.each<[string, (known: Known) => Iterable<Buffer>]>([
  ['lies about lengths', () => lying(others)],
  ['numbers that cannot be', farAway],
  ['its own words, changed', changed],
  ['broken goodbyes', () => lying(endings)],
])('costs nobody else anything with %s', async (_what, chunks) => {
  const log = recordingLogger();
  const worker = workerWithCiphers(workerBin(), 'ECDHE-ECDSA-AES128-GCM-SHA256');
  const plane = await startPlane({ workerBin: worker.path }, log);
  const conference = await openConference(plane);
  const bob = await Talker.join(conference, 'bob');
  await bob.talk('before');
  const { mallory, known, send } = await joinMallory(plane, conference, worker);
  await send([chunk(chunkType.data, forgedText(known), unorderedAndWhole)]);
  await until(() => (mallory.said.at(-1) === 'forged' ? undefined : 'what is forged is not heard'));
  expect(await send(chunks(known))).toBeGreaterThan(500);
  await bob.talk('after');
  expect(plane.figures().workersDied).toBe(0);
  expect(log.lines.length).toBeLessThan(100);
  // What the worker wrote down of it (patches 81 and 82) does not keep the others from going on with the next one.
  await outlive(plane, bob);
  await bob.talk('with the next worker');
  expect(plane.figures().workersDied).toBe(1);
});
