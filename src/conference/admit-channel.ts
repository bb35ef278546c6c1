import { endpointId } from '../model/ids.ts';
import type { Conference } from './conference.ts';
import type { ChannelReceiver, ChannelRequest } from './ports.ts';

/** Lets a WebSocket in whose conference, endpoint and password are right; otherwise undefined, whatever is wrong. */
export function admitChannel(
  conference: Conference | undefined,
  request: ChannelRequest,
): ChannelReceiver | undefined {
  const endpoint = conference?.endpoints.get(endpointId(request.endpointId));
  if (!endpoint || !equalInConstantTime(endpoint.password, request.password)) return undefined;
  const { channel } = endpoint;
  return {
    opened: (link) => {
      // It may have left between the upgrade request and its end.
      if (conference?.endpoints.get(endpoint.id) === endpoint) channel.opened(link);
      else link.close(1001, 'endpoint closed');
    },
    message: (link, text) => channel.received(link, text),
    closed: (link) => channel.closed(link),
  };
}

/** How long it takes says nothing about where the two differ. */
export function equalInConstantTime(secret: string, attempt: string): boolean {
  let difference = secret.length ^ attempt.length;
  for (let place = 0; place < secret.length; place += 1) {
    // Past the end of the attempt charCodeAt is NaN, which counts as 0; the lengths differ then anyway.
    difference |= secret.charCodeAt(place) ^ attempt.charCodeAt(place);
  }
  return difference === 0;
}
