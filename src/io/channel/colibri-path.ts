import { err, ok, type Result } from '../../base/result.ts';
import type { ChannelRequest } from '../../conference/ports.ts';

/** Why an upgrade is refused, with JVB's statuses and texts (bridge-channel.md §1.2). */
export type Refusal = {
  readonly status: 403 | 404 | 500;
  readonly text: string;
};

export const invalidPath: Refusal = { status: 404, text: 'invalid path' };
export const serverIdMismatch: Refusal = { status: 404, text: 'server ID mismatch' };
/** The same for an unknown conference, an unknown endpoint and a wrong password: nobody learns which. */
export const authenticationFailed: Refusal = { status: 403, text: 'authentication failed' };
/** A bug of ours. */
export const internalError: Refusal = { status: 500, text: 'internal error' };

/**
 * Takes `/colibri-ws/<server-id>/<conference-id>/<endpoint-id>?pwd=<password>` apart.
 *
 * @param url the request target as it came, path and query
 * @param serverId ours; a proxy in front of many bridges routes by it
 */
export function parseColibriPath(url: string, serverId: string): Result<ChannelRequest, Refusal> {
  const queryStart = url.indexOf('?');
  const path = queryStart < 0 ? url : url.slice(0, queryStart);
  const [before, service, server, conferenceId, endpointId] = path.split('/').map(percentDecode);
  if (before !== '' || (service !== 'colibri-ws' && service !== 'colibri-relay-ws')) {
    return err(invalidPath);
  }
  if (!server || !conferenceId || !endpointId) return err(invalidPath);
  if (server !== serverId) return err(serverIdMismatch);
  if (service === 'colibri-relay-ws') return err(authenticationFailed); // there are no relays yet
  const query = new URLSearchParams(queryStart < 0 ? '' : url.slice(queryStart + 1));
  return ok({ conferenceId, endpointId, password: query.get('pwd') ?? '' });
}

/** What is not valid percent-encoding stands for itself: no id contains it, so it is refused later. */
function percentDecode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
