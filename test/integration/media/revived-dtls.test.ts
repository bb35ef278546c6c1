// What may be sent to a worker that goes on with the DTLS connection of one that died.
import { expect, it } from 'vitest';
import {
  DtlsClientRecords,
  helloRandom,
  recordType,
} from '../../support/rtp/dtls-client-records.ts';
import { workerWithCiphers } from '../../support/rtp/dtls-shim.ts';
import { until } from '../../support/until.ts';
import { applicationRecords, outlive, talkThroughNat } from './channel-fixture.ts';
import { recordingLogger, startPlane, workerBin } from './media-fixture.ts';

const HEADER_BYTES = 13;
const { changeCipherSpec, alert, handshake, applicationData } = recordType;

/** An authentic record, changed. */
function changed(record: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(record);
  change(copy);
  return copy;
}

/** As if it were the next one. */
function renumbered(record: Buffer): Buffer {
  return changed(record, (copy) => copy.writeUIntBE(copy.readUIntBE(5, 6) + 1000, 5, 6));
}

/** In no record is anything true but what was copied. */
function* forgeries(record: Buffer): Generator<Buffer> {
  const next = renumbered(record);
  yield next;
  for (const type of [20, 21, 22, 24, 63]) yield changed(next, (copy) => copy.writeUInt8(type, 0));
  for (const epoch of [0, 2, 0xffff]) yield changed(next, (copy) => copy.writeUInt16BE(epoch, 3));
  for (const version of [0xfeff, 0x0303, 0])
    yield changed(next, (copy) => copy.writeUInt16BE(version, 1));
  for (const length of [0, 1, 7, 8, 23, 24, 0xffff])
    yield changed(next, (copy) => copy.writeUInt16BE(length, 11));
  yield changed(next, (copy) => copy.fill(0xff, 5, 11));
  for (let at = HEADER_BYTES; at < next.length; at += 7)
    yield changed(next, (copy) => copy.writeUInt8(copy.readUInt8(at) ^ 0x80, at));
  for (let length = HEADER_BYTES; length < next.length; length += 5) {
    yield next.subarray(0, length);
    // Cut, and honest about it.
    yield changed(next.subarray(0, length), (copy) =>
      copy.writeUInt16BE(length - HEADER_BYTES, 11),
    );
  }
  yield Buffer.concat([next, next, next.subarray(0, 20)]);
  // In the clear, before any handshake: close_notify.
  yield Buffer.from('15fefd00000000000000630002' + '0100', 'hex');
  yield Buffer.from('15fefd00010000000000630002' + '0100', 'hex');
}

it('ignores records that are cut, changed or made up', async () => {
  const log = recordingLogger();
  const plane = await startPlane({}, log);
  const { talker, nat } = await talkThroughNat(plane);
  await talker.talk('before');
  await outlive(plane, talker);
  await talker.talk('between');
  const records = applicationRecords(nat.forwarded).slice(-3);
  let sent = 0;
  for (const { datagram } of records) {
    for (const forged of forgeries(datagram)) {
      nat.send(forged);
      sent += 1;
    }
  }
  expect(sent).toBeGreaterThan(100);
  await talker.talk('after');
  expect(talker.said).toEqual(['before', 'between', 'after']);
  expect(plane.figures().workersDied).toBe(1);
  expect(talker.conference.eventsOf('channel-closed')).toEqual([]);
});

it('ignores what was received before, by itself or by the one that died', async () => {
  const plane = await startPlane();
  const { talker, nat } = await talkThroughNat(plane);
  for (let number = 0; number < 40; number += 1) await talker.talk(`before ${number}`);
  await outlive(plane, talker);
  for (let number = 0; number < 40; number += 1) await talker.talk(`between ${number}`);
  const replay = applicationRecords(nat.forwarded);
  expect(replay.length).toBeGreaterThanOrEqual(80);
  const answers = applicationRecords(nat.returned).length;
  for (const { datagram } of replay) nat.send(datagram);
  await talker.talk('after');
  expect(talker.said).toHaveLength(81);
  // SCTP would acknowledge what comes twice, each packet.
  expect(applicationRecords(nat.returned).length - answers).toBeLessThan(40);
});

it('takes records of one datagram, and out of order', async () => {
  const plane = await startPlane();
  const { talker, nat } = await talkThroughNat(plane);
  await outlive(plane, talker);
  await talker.talk('between');
  const { client } = talker.participant;
  const held: Buffer[] = [];
  nat.lose((packet) => packet[0] === applicationData && held.push(packet) <= 4);
  for (const text of ['one', 'two', 'three', 'four']) client.sendText(text);
  await until(() => (held.length >= 4 ? undefined : `${held.length} records`));
  const [first, second, ...others] = held.slice(0, 4) as [Buffer, Buffer, ...Buffer[]];
  nat.send(Buffer.concat([...others.reverse(), first]));
  nat.send(second);
  await talker.talk('after');
  expect(talker.said).toEqual(['between', 'one', 'two', 'three', 'four', 'after']);
});

/** Somebody who outlived a worker, and who can make whatever records the client could. */
async function revived() {
  const worker = workerWithCiphers(workerBin(), 'ECDHE-ECDSA-AES128-GCM-SHA256');
  const plane = await startPlane({ workerBin: worker.path });
  const { talker, nat } = await talkThroughNat(plane);
  await outlive(plane, talker);
  await talker.talk('between');
  const clientRandom = helloRandom(nat.forwarded, 1)!;
  const serverRandom = helloRandom(nat.returned, 2)!;
  const master = worker.masterSecrets().get(clientRandom.toString('hex'))!;
  const records = new DtlsClientRecords({ master, clientRandom, serverRandom });
  // Far ahead of the client's own.
  let sequence = 100_000;
  const send = (type: number, hex: string, number = (sequence += 1)) =>
    nat.send(records.make(type, Buffer.from(hex, 'hex'), number));
  const dtls = () => talker.conference.eventsOf('transport-state').at(-1)?.dtls;
  return { talker, send, dtls };
}

it.each([
  ['that says goodbye', '0100'],
  ['that found an error', '0214'],
])('hears of a client %s', async (_what, what) => {
  const { talker, send, dtls } = await revived();
  expect(dtls()).toBe('connected');
  send(alert, what);
  await until(() => (dtls() === 'disconnected' ? undefined : dtls()));
  expect(talker.participant.endpoint.localTransport().fingerprints).toHaveLength(1);
});

it('ignores an authentic record with a number that the one that died received', async () => {
  const { talker, send, dtls } = await revived();
  for (let number = 0; number < 4; number += 1) send(alert, '0100', number);
  await talker.talk('after');
  expect(dtls()).toBe('connected');
});

it('ignores what an authentic client may send as well', async () => {
  const { talker, send, dtls } = await revived();
  send(alert, '0164'); // a warning: no renegotiation
  send(alert, '01');
  send(alert, '');
  send(handshake, '010000000000000000000000'); // an empty ClientHello
  send(changeCipherSpec, '01');
  send(99, '00');
  send(applicationData, '');
  send(applicationData, '00'.repeat(11)); // less than an SCTP header
  send(applicationData, '1388138800000000' + '00000000' + '03000010'); // a stranger's SACK, cut
  send(applicationData, 'ff'.repeat(16_384));
  // The client's own records are too old now: only what the bridge sends can be heard.
  expect(dtls()).toBe('connected');
  await until(() => {
    expect(talker.link.send('still')).toBe(true);
    return talker.heard.at(-1) === 'still' ? undefined : 'nothing is heard';
  });
  expect(dtls()).toBe('connected');
});

it('tells the client when it closes the connection', async () => {
  const plane = await startPlane();
  const { talker, nat } = await talkThroughNat(plane);
  await outlive(plane, talker);
  await talker.talk('between');
  expect(nat.returned.filter((datagram) => datagram[0] === alert)).toEqual([]);
  talker.participant.endpoint.close();
  await until(() =>
    nat.returned.some((datagram) => datagram[0] === alert) ? undefined : 'no alert came',
  );
  await until(() =>
    talker.participant.client.state === 'closed' ? undefined : talker.participant.client.state,
  );
});
