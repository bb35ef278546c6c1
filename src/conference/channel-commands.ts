import type { EndpointId } from '../model/ids.ts';
import { dominantSpeakerEvent } from './announce-speaker.ts';
import { broadcast } from './broadcast.ts';
import type { ChannelCommand, ChannelEvent } from './channel-messages.ts';
import { type ConferenceConfig, limits } from './conference-config.ts';
import type { Endpoint } from './endpoint.ts';
import { firstVideoSourceOf } from './endpoint-sources.ts';
import { wantsStatsOf } from './endpoint-stats.ts';
import type { Forwarding } from './forwarding.ts';
import type { ChannelCodec, ChannelLink } from './ports.ts';
import type { Speakers } from './speakers.ts';

export type ChannelCommandsOptions = {
  readonly endpoints: ReadonlyMap<EndpointId, Endpoint>;
  readonly speakers: Speakers;
  readonly forwarding: Forwarding;
  readonly codec: ChannelCodec;
  readonly config: ConferenceConfig;
};

type Of<Type extends ChannelCommand['type']> = Extract<ChannelCommand, { readonly type: Type }>;

/** What the bridge does at the word of a client, and what it tells one whose channel opens. */
export class ChannelCommands {
  readonly #options: ChannelCommandsOptions;

  constructor(options: ChannelCommandsOptions) {
    this.#options = options;
  }

  handle(sender: Endpoint, command: ChannelCommand, link: ChannelLink): void {
    switch (command.type) {
      case 'hello':
        sender.channel.reply(link, this.#hello());
        break;
      case 'endpoint-message':
        this.#passMessage(sender, command);
        break;
      case 'endpoint-stats':
        this.#passStats(sender, command);
        break;
      case 'receiver-settings':
        this.#updateSettings(sender, command);
        break;
      case 'last-n':
        if (sender.receiver.wishes.setLastN(command.lastN)) this.#wishesChanged(sender);
        break;
      case 'video-type':
        this.#setVideoType(sender, command);
        break;
      case 'audio-subscription':
        this.#subscribe(sender, command);
        break;
    }
  }

  /** Brings a channel that has just opened up to date (bridge-channel.md §1.6). */
  greet(endpoint: Endpoint, link: ChannelLink): void {
    const { endpoints, forwarding, speakers } = this.#options;
    if (link.carrier === 'websocket') endpoint.channel.reply(link, this.#hello());
    forwarding.replay(endpoint);
    for (const { id, reachable, visitor } of endpoints.values()) {
      if (reachable || visitor) continue;
      endpoint.channel.send({ type: 'connectivity', endpointId: id, active: false });
    }
    const event = dominantSpeakerEvent(speakers);
    if (event) endpoint.channel.send(event);
  }

  #hello(): ChannelEvent {
    return { type: 'hello', version: this.#options.config.announcedVersion };
  }

  /** To one or to everybody else; an unknown addressee is nobody's fault, it may just have left (bridge-channel.md §2.4). */
  #passMessage(sender: Endpoint, { to, message }: Of<'endpoint-message'>): void {
    if (sender.visitor) return;
    const { endpoints, codec } = this.#options;
    const event: ChannelEvent = { type: 'endpoint-message', from: sender.id, message };
    if (to === undefined) {
      const others = [...endpoints.values()].filter(({ id }) => id !== sender.id);
      broadcast(others, codec, event);
    } else {
      endpoints.get(to)?.channel.send(event);
    }
  }

  #passStats(sender: Endpoint, { message }: Of<'endpoint-stats'>): void {
    if (sender.visitor) return;
    const { endpoints, codec, speakers, config } = this.#options;
    const audience = {
      sender,
      speakers,
      conferenceSize: endpoints.size,
      threshold: config.statsFilterThreshold,
    };
    const receivers = [...endpoints.values()].filter((each) => wantsStatsOf(each, audience));
    broadcast(receivers, codec, { type: 'endpoint-stats', from: sender.id, message });
  }

  #updateSettings(sender: Endpoint, { update }: Of<'receiver-settings'>): void {
    const { constraints, selectedSources, onStageSources } = update;
    const longest = Math.max(
      constraints?.size ?? 0,
      selectedSources?.length ?? 0,
      onStageSources?.length ?? 0,
    );
    if (longest > limits.namesPerSetting) return;
    if (sender.receiver.wishes.update(update)) this.#wishesChanged(sender);
  }

  #subscribe(sender: Endpoint, { subscription }: Of<'audio-subscription'>): void {
    const { include, exclude } = subscription;
    if (Math.max(include.size, exclude.size) > limits.namesPerSetting) return;
    sender.receiver.wishes.subscribe(subscription);
    this.#wishesChanged(sender);
  }

  #wishesChanged(sender: Endpoint): void {
    sender.changes.run('wishes', () => this.#options.forwarding.refresh(sender));
  }

  #setVideoType(sender: Endpoint, { source, videoType }: Of<'video-type'>): void {
    const name = source ?? firstVideoSourceOf(sender.id);
    const change = () => {
      if (sender.sources.setVideoType(name, videoType)) this.#options.forwarding.refreshAll();
    };
    // Of what the focus has not signalled yet it is only remembered.
    if (sender.sources.get(name)) sender.changes.run(name, change);
    else change();
  }
}
