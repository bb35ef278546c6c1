import type { Clock, Timers } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import type { MediaKind } from '../model/media-description.ts';
import type { ChannelCommand } from './channel-messages.ts';
import type { ConferenceConfig } from './conference-config.ts';
import { Endpoint, type EndpointCreateCommand } from './endpoint.ts';
import { EndpointChannel } from './endpoint-channel.ts';
import type { ChannelCodec, ChannelLink, EndpointMedia } from './ports.ts';
import { PacedChanges } from './paced-changes.ts';
import { Receiver, type ReceiverOptions } from './receiver.ts';
import { ReceiverSlots } from './receiver-slots.ts';
import { SourceSlots } from './source-maps.ts';
import type { SsrcRegistry } from './ssrc-registry.ts';
import type { Totals } from './totals.ts';

const passwordLength = 24;

export type EndpointServices = {
  readonly config: ConferenceConfig;
  readonly codec: ChannelCodec;
  readonly random: Random;
  readonly ssrcs: SsrcRegistry;
  readonly totals: Totals;
  readonly log: Logger;
  readonly nowMs: () => number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly loadLastN: () => number;
};

export type EndpointListeners = {
  readonly onChannelOpen: (endpoint: Endpoint, link: ChannelLink) => void;
  readonly onCommand: (endpoint: Endpoint, command: ChannelCommand, link: ChannelLink) => void;
};

/** Builds an endpoint out of a create command and the media side that was made for it. */
export function createEndpoint(
  command: EndpointCreateCommand,
  media: EndpointMedia,
  services: EndpointServices,
  listeners: EndpointListeners,
): Endpoint {
  const channel = new EndpointChannel({
    codec: command.channelCodec ?? services.codec,
    totals: services.totals,
    log: services.log.child({ endpoint: command.id }),
    nowMs: services.nowMs,
    onOpen: (link) => listeners.onChannelOpen(endpoint, link),
    onCommand: (received, link) => listeners.onCommand(endpoint, received, link),
  });
  const receiver = createReceiver(command, media, services, {
    send: (event) => channel.send(event),
    reach: () => ({
      hasChannel: channel.takesMessages,
      connected: endpoint.ice === 'connected' && endpoint.dtls === 'connected',
      codecs: endpoint.codecs,
    }),
  });
  const endpoint: Endpoint = new Endpoint(command, {
    media,
    channel,
    receiver,
    changes: new PacedChanges(services.clock, services.timers),
    password: services.random.alphanumeric(passwordLength),
    createdMs: services.nowMs(),
  });
  endpoint.apply(command);
  return endpoint;
}

function createReceiver(
  command: EndpointCreateCommand,
  media: EndpointMedia,
  { config, loadLastN, ssrcs, totals }: EndpointServices,
  { send, reach }: Pick<ReceiverOptions, 'send' | 'reach'>,
): Receiver {
  const drawSsrc = () => ssrcs.draw();
  const { midDemux, ssrcRewriting } = command;
  const { ssrcLimit } = config;
  const slotsOf = (kind: MediaKind) =>
    new SourceSlots({ kind, limit: ssrcLimit[kind], midDemux, drawSsrc });
  const slots = ssrcRewriting
    ? new ReceiverSlots({ audio: slotsOf('audio'), video: slotsOf('video'), send })
    : undefined;
  return new Receiver(
    {
      endpointId: command.id,
      config,
      loadLastN,
      slots,
      send,
      reach,
      setPlan: (plan) => media.setPlan(plan),
      totals,
    },
    command,
  );
}
