import type { WebSocket } from 'ws';
import type { Logger } from '../../src/base/logger.ts';
import { runInBackground } from '../../src/base/run-in-background.ts';
import type { ClientMessage, FocusMessage } from '../signal-messages.ts';
import { limits } from './limits.ts';
import type { Participant } from './participant.ts';
import type { Room } from './room.ts';
import { decodeClientMessage } from './signal-schema.ts';

/** Finds or makes a room; a string says why there is no place. */
export type RoomFinder = (name: string) => Room | string;

const pingIntervalMs = 15_000;

type State =
  | { readonly type: 'waiting' }
  | { readonly type: 'joined'; readonly room: Room; readonly participant: Participant }
  | { readonly type: 'closed' };

/** The signalling connection of one page, from `join` to its end. */
export class SignalSession {
  readonly #socket: WebSocket;
  readonly #findRoom: RoomFinder;
  readonly #log: Logger;
  readonly #ping: NodeJS.Timeout;
  #state: State = { type: 'waiting' };
  #messagesThisSecond = 0;
  #second = 0;
  #answeredPing = true;

  constructor(socket: WebSocket, findRoom: RoomFinder, log: Logger) {
    this.#socket = socket;
    this.#findRoom = findRoom;
    this.#log = log;
    const joinTimeout = setTimeout(() => {
      if (this.#state.type === 'waiting') socket.close(1008, 'no join in time');
    }, limits.joinTimeoutMs);
    this.#ping = setInterval(() => this.#checkAlive(), pingIntervalMs);
    socket.on('message', (data) => this.#receive((data as Buffer).toString('utf8')));
    socket.on('pong', () => (this.#answeredPing = true));
    socket.on('error', (error) => this.#log.debug({ err: error }, 'signalling connection failed'));
    socket.on('close', () => {
      clearTimeout(joinTimeout);
      clearInterval(this.#ping);
      this.#leave();
    });
  }

  #receive(text: string): void {
    if (!this.#countMessage()) {
      this.#socket.close(1008, 'too many messages');
      return;
    }
    const message = decodeClientMessage(text);
    if (message.ok) this.#handle(message.value);
    else {
      this.#log.warn({ reason: message.error }, 'malformed signalling message');
      this.#socket.close(1008, 'malformed message');
    }
  }

  #handle(message: ClientMessage): void {
    if (message.type === 'join') {
      this.#join(message);
      return;
    }
    if (this.#state.type !== 'joined') return;
    const { room, participant } = this.#state;
    switch (message.type) {
      case 'presence':
        room.presence(participant, message.sources);
        break;
      case 'inspect':
        runInBackground(async () => {
          participant.send({ type: 'inspection', conference: (await room.inspect()) ?? null });
        }, this.#log);
        break;
      case 'leave':
        this.#leave();
        this.#socket.close(1000, 'left');
        break;
      default:
        room.update(participant, message);
    }
  }

  #join(message: Extract<ClientMessage, { type: 'join' }>): void {
    if (this.#state.type !== 'waiting') return;
    const room = this.#findRoom(message.room);
    if (typeof room === 'string') {
      this.#send({ type: 'refused', reason: room });
      this.#socket.close(1013, 'no place');
      return;
    }
    const participant = room.join({
      name: message.name,
      dataChannel: message.dataChannel,
      ssrcRewriting: message.ssrcRewriting,
      sources: message.sources,
      send: (reply) => this.#send(reply),
    });
    this.#state = { type: 'joined', room, participant };
  }

  #leave(): void {
    if (this.#state.type === 'joined') this.#state.room.leave(this.#state.participant);
    this.#state = { type: 'closed' };
  }

  #send(message: FocusMessage): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > limits.queuedBytes) this.#socket.terminate();
    else this.#socket.send(JSON.stringify(message));
  }

  #countMessage(): boolean {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second) this.#messagesThisSecond = 0;
    this.#second = second;
    this.#messagesThisSecond += 1;
    return this.#messagesThisSecond <= limits.messagesPerSecond;
  }

  #checkAlive(): void {
    if (!this.#answeredPing) this.#socket.terminate();
    this.#answeredPing = false;
    this.#socket.ping();
  }
}
