// A remote endpoint without ICE and DTLS: a UDP socket opposite a PlainTransport, with real SRTP where asked for.
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import type { types } from 'mediasoup';
import { parseRtcp, type RtcpPacket } from '../../../loadtest/rtp/rtcp-packet.ts';
import {
  buildRtp,
  isRtcp,
  parseRtp,
  type RtpFields,
  type RtpPacket,
} from '../../../loadtest/rtp/rtp-packet.ts';
import { Lane, type LinkShape } from '../client/shaped-link.ts';
import { SrtpContext, srtpKeyBytes, type SrtpSuite } from './srtp-context.ts';

/** A test that waits for its turn on the processor must not lose what came meanwhile. */
const RECEIVE_BUFFER_BYTES = 4 << 20;

export type PlainPeerOptions = {
  /** True means AEAD_AES_128_GCM. */
  readonly srtp?: true | SrtpSuite;
  readonly ip?: '127.0.0.1' | '::1';
};

export class PlainPeer {
  readonly transport: types.PlainTransport;
  /** What came, in order. */
  readonly rtp: RtpPacket[] = [];
  readonly rtcp: RtcpPacket[] = [];
  /** The RTP packets' bytes, in clear. */
  readonly rtpBytes: Buffer[] = [];
  readonly received: SrtpContext | undefined;
  readonly #sent: SrtpContext | undefined;
  readonly #socket: Socket;
  /** Return true for a packet to be lost on its way to this peer. */
  lose: (packet: RtpPacket) => boolean = () => false;
  onRtp: (packet: RtpPacket) => void = () => undefined;
  #lane: Lane | undefined;

  private constructor(
    transport: types.PlainTransport,
    socket: Socket,
    contexts: { readonly received: SrtpContext; readonly sent: SrtpContext } | undefined,
  ) {
    this.transport = transport;
    this.received = contexts?.received;
    this.#sent = contexts?.sent;
    this.#socket = socket;
    socket.on('message', (data) => {
      if (this.#lane) this.#lane.take(data);
      else this.#onMessage(data);
    });
  }

  static async open(router: types.Router, options: PlainPeerOptions = {}): Promise<PlainPeer> {
    const ip = options.ip ?? '127.0.0.1';
    const suite = options.srtp === true ? 'AEAD_AES_128_GCM' : options.srtp;
    const transport = await router.createPlainTransport({
      listenInfo: { protocol: 'udp', ip },
      rtcpMux: true,
      ...(suite && { enableSrtp: true, srtpCryptoSuite: suite }),
    });
    const type = ip === '::1' ? 'udp6' : 'udp4';
    const socket = createSocket({ type, recvBufferSize: RECEIVE_BUFFER_BYTES });
    await new Promise<void>((resolve) => socket.bind(0, ip, resolve));
    const key = randomBytes(suite ? srtpKeyBytes[suite] : 0);
    await transport.connect({
      ip,
      port: socket.address().port,
      ...(suite && { srtpParameters: { cryptoSuite: suite, keyBase64: key.toString('base64') } }),
    });
    const theirKey = transport.srtpParameters?.keyBase64;
    const contexts =
      theirKey === undefined
        ? undefined
        : {
            received: new SrtpContext(Buffer.from(theirKey, 'base64')),
            sent: new SrtpContext(key),
          };
    return new PlainPeer(transport, socket, contexts);
  }

  send(packet: RtpFields): void {
    this.sendBytes(buildRtp(packet));
  }

  /** @param packet RTP in clear */
  sendBytes(packet: Buffer): void {
    this.sendDatagram(this.protect(packet));
  }

  /** @returns what `sendBytes` would send */
  protect(packet: Buffer): Buffer {
    return this.#sent?.protectRtp(packet) ?? packet;
  }

  /** @param packet RTCP in clear */
  sendRtcp(packet: Buffer): void {
    this.sendDatagram(this.protectRtcp(packet));
  }

  /** @returns what `sendRtcp` would send */
  protectRtcp(packet: Buffer): Buffer {
    return this.#sent?.protectRtcp(packet) ?? packet;
  }

  /** From now on what comes to this peer comes through a link of this shape. */
  shape(shape: Partial<LinkShape>): void {
    this.#lane ??= new Lane((data) => this.#onMessage(data));
    this.#lane.shape(shape);
  }

  rtpOf(ssrc: number): RtpPacket[] {
    return this.rtp.filter((packet) => packet.ssrc === ssrc);
  }

  close(): void {
    this.transport.close();
    this.#lane?.close();
    this.#socket.close();
  }

  /** As it is. */
  sendDatagram(data: Buffer): void {
    const { localAddress, localPort } = this.transport.tuple;
    this.#socket.send(data, localPort, localAddress);
  }

  #onMessage(data: Buffer): void {
    if (isRtcp(data)) {
      const clear = this.received ? this.received.unprotectRtcp(data) : data;
      if (clear) this.rtcp.push(...parseRtcp(clear));
      return;
    }
    if (this.lose(parseRtp(data))) return;
    const clear = this.received ? this.received.unprotectRtp(data) : Buffer.from(data);
    if (clear === undefined) return;
    const packet = parseRtp(clear);
    this.rtp.push(packet);
    this.rtpBytes.push(clear);
    this.onRtp(packet);
  }
}
