import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import type { types } from 'mediasoup';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BareWorker } from '../../support/rtp/bare-worker.ts';
import { buildClientHello, chosenSrtpProfile, srtpProfile } from '../../support/rtp/dtls-hello.ts';
import {
  buildBindingRequest,
  isStun,
  parseBindingResponse,
  type BindingResponse,
} from '../../support/rtp/stun-message.ts';
import { until } from '../../support/until.ts';

let bare: BareWorker;
let transport: types.WebRtcTransport;
let socket: Socket;
let received: Buffer[];

beforeEach(async () => {
  bare = await BareWorker.start();
  transport = await bare.router.createWebRtcTransport({
    listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }],
  });
  socket = createSocket('udp4');
  received = [];
  socket.on('message', (data) => received.push(data));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
});

afterEach(() => {
  socket.close();
  bare.close();
});

function send(data: Buffer): void {
  socket.send(data, transport.iceCandidates[0]?.port ?? 0, '127.0.0.1');
}

async function check(
  role: 'controlling' | 'controlled',
  credentials: types.IceParameters = transport.iceParameters,
): Promise<BindingResponse> {
  const count = received.length;
  const { usernameFragment, password } = credentials;
  send(buildBindingRequest({ username: `${usernameFragment}:client`, password, role }));
  await until(() => (received.length > count ? undefined : 'no response'));
  return parseBindingResponse(received.at(-1)!, password);
}

describe('a check of a client in the controlled role', () => {
  it('is answered with a 487 that the client can believe', async () => {
    const expected = { isError: true, errorCode: 487, authentic: true };
    expect(await check('controlled')).toEqual(expected);
    expect(await check('controlling')).toMatchObject({ isError: false, authentic: true });
  });

  it('is answered so during an ICE restart too', async () => {
    await check('controlling');
    const before = transport.iceParameters;
    await transport.restartIce();
    const expected = { errorCode: 487, authentic: true };
    expect(await check('controlled', before)).toMatchObject(expected);
    await check('controlling');
    expect(await check('controlled')).toMatchObject(expected);
  });
});

describe('the first flight of DTLS', () => {
  const flight = () => received.filter((data) => !isStun(data));

  async function connect(): Promise<void> {
    const value = (randomBytes(32).toString('hex').match(/../g) ?? []).join(':').toUpperCase();
    await transport.connect({
      dtlsParameters: { role: 'client', fingerprints: [{ algorithm: 'sha-256', value }] },
    });
  }

  async function handshake(profiles: readonly number[]): Promise<number | undefined> {
    await check('controlling');
    await connect();
    send(buildClientHello(profiles));
    await until(() => {
      if (bare.death) throw bare.death;
      return flight().length > 0 ? undefined : 'no ServerHello';
    });
    return chosenSrtpProfile(flight()[0]!);
  }

  it('is answered where OpenSSL was built with kernel TLS, and AES-128-GCM is preferred', async () => {
    const { aeadAes128Gcm, aeadAes256Gcm, aesCm128Sha1_80 } = srtpProfile;
    expect(await handshake([aeadAes256Gcm, aesCm128Sha1_80, aeadAes128Gcm])).toBe(aeadAes128Gcm);
  });

  it('waits for the fingerprint, and is then answered without being repeated', async () => {
    await check('controlling');
    send(buildClientHello([srtpProfile.aeadAes128Gcm]));
    await check('controlling'); // what was sent before it has been taken in
    expect(transport.dtlsState).toBe('new');
    expect(flight()).toEqual([]);
    await connect();
    await until(() => (flight().length > 0 ? undefined : 'no ServerHello'));
    expect(chosenSrtpProfile(flight()[0]!)).toBe(srtpProfile.aeadAes128Gcm);
  });

  it('is kept in few pieces, whoever sends how many of them', async () => {
    await check('controlling');
    const junk = Buffer.concat([Buffer.from([22, 0xfe, 0xfd]), Buffer.alloc(1300)]);
    for (let sent = 0; sent < 50; sent += 1) send(junk);
    await check('controlling');
    await connect();
    send(buildClientHello([srtpProfile.aeadAes128Gcm]));
    await until(() => (flight().length > 0 ? undefined : 'no ServerHello'));
  });

  it.each([
    ['AES-256-GCM before AES-CM', [0x0001, 0x0008], 0x0008],
    ['AES-CM with a tag of 80 bits before none', [0x0002, 0x0001], 0x0001],
    ['no tag of 32 bits', [0x0002], undefined],
  ])('chooses %s', async (_what, profiles, chosen) => {
    expect(await handshake(profiles)).toBe(chosen);
  });
});
