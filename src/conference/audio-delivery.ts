import type { SourceName, Ssrc } from '../model/ids.ts';
import type { Endpoint } from './endpoint.ts';
import type { SourceState } from './endpoint-sources.ts';

/** The first thing that keeps a receiver from hearing a microphone (docs/why.md). */
export type AudioObstacle =
  | 'none'
  | 'force-muted'
  | 'sender-silent'
  | 'excluded'
  | 'not-subscribed'
  | 'synthetic'
  | 'not-heard'
  | 'refused'
  | 'no-channel'
  | 'no-ssrc-slot'
  | 'not-connected';

export type AudioDelivery = {
  readonly source: SourceName;
  readonly owner: string;
  readonly ssrc: Ssrc | undefined;
  readonly limitedBy: AudioObstacle;
};

/** How every microphone of `sender` reaches `receiver`. */
export function audioDeliveries(sender: Endpoint, receiver: Endpoint): AudioDelivery[] {
  return sender.sources
    .all()
    .filter(({ source }) => source.kind === 'audio')
    .map((state) => {
      const { name } = state.source;
      const stream = receiver.receiver.streamOf(name);
      const limitedBy = stream ? onTheWay(receiver) : obstacle(state, sender, receiver);
      return { source: name, owner: sender.id, ssrc: stream?.ssrc, limitedBy };
    });
}

function onTheWay({ ice, dtls }: Endpoint): AudioObstacle {
  return ice === 'connected' && dtls === 'connected' ? 'none' : 'not-connected';
}

function obstacle(
  state: SourceState,
  sender: Endpoint,
  { receiver, channel }: Endpoint,
): AudioObstacle {
  const { name } = state.source;
  if (!receiver.receives.audio) return 'not-subscribed';
  if (sender.forceMute.audio) return 'force-muted';
  if (state.codec === undefined) return 'sender-silent';
  if (state.refusedBecause !== undefined || receiver.isRefused(name)) return 'refused';
  const { all, include, exclude } = receiver.wishes.subscription;
  if (exclude.has(name)) return 'excluded';
  if (!include.has(name)) {
    if (!all) return 'not-subscribed';
    if (state.source.synthetic) return 'synthetic';
    if (!receiver.hasSelected(name)) return 'not-heard';
  }
  return channel.takesMessages ? 'no-ssrc-slot' : 'no-channel';
}
