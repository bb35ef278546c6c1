import type { ClientSpec } from '../../../loadtest/client/client-spec.ts';
import { perfectNetwork } from '../../../loadtest/media/link.ts';

/** A participant of a meeting. */
export function client(participant: number, change: Partial<ClientSpec> = {}): ClientSpec {
  return {
    participant,
    room: 'one',
    group: 0,
    audio: 'talks',
    video: undefined,
    view: 'tile',
    lastN: -1,
    loudest: 0,
    channel: 'websocket',
    network: { up: perfectNetwork, down: perfectNetwork },
    ...change,
  };
}
