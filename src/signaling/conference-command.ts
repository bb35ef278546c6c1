import { ok, type Result } from '../base/result.ts';
import { withoutUndefined } from '../base/without-undefined.ts';
import type { CommandError, ConferenceCommand, EndpointCommand } from '../conference/commands.ts';
import type { ConferenceModify, EndpointModify } from '../protocol/colibri2/conference-modify.ts';
import { endpointCommand, type ColibriConfig } from './endpoint-command.ts';
import { badRequest, notImplemented } from './refuse.ts';

/** A room's bare JID (RFC 7622 §3): a localpart without the characters it may not have, and a domain. */
const bareJid = /^[^\s"&'/:<>@]{1,1023}@[^\s"&'/:<>@][^\s"&'/<>@]{0,1022}$/;

/**
 * What a request asks the conference to do, or why it asks too much: the rules that need no knowledge of the
 * conference (colibri2.md §3.3, §3.12 rows 4 to 7, 9 to 13, 15, 16).
 */
export function conferenceCommand(
  request: ConferenceModify,
  config: ColibriConfig,
): Result<ConferenceCommand, CommandError> {
  const { meetingId, name, create, expire } = request;
  const refusal = checkStructure(request);
  if (refusal) return refusal;
  if (create && name !== undefined && !bareJid.test(name)) {
    return badRequest('name must be the bare JID of the room');
  }
  const endpoints: EndpointCommand[] = [];
  for (const endpoint of request.endpoints) {
    const command = endpointCommand(endpoint, config);
    if (!command.ok) return command;
    endpoints.push(command.value);
  }
  return ok(
    withoutUndefined({
      meetingId,
      name: create ? name : undefined,
      rtcstats: create && !request.rtcstatsEnabled ? false : undefined,
      create,
      expire,
      endpoints,
      ignoreUnknownEndpoints: !request.endpoints.some(isSubstantial),
    }),
  );
}

function checkStructure({ endpoints, relays }: ConferenceModify) {
  if (endpoints.length > 0 && relays.length > 0) {
    return notImplemented('endpoints and relays in one request', true);
  }
  if (endpoints.length > 1 && endpoints.some(isSubstantial)) {
    return notImplemented('a request for several endpoints may only expire or mute them', true);
  }
  if (relays.length > 1) return notImplemented('several relays in one request', true);
  if (relays.length > 0) return notImplemented('relays are not supported by this bridge');
  return undefined;
}

/** Requests with such an endpoint must name it alone, and fail when it is unknown (colibri2.md §3.3, §3.4). */
function isSubstantial({ create, media, transport, sources }: EndpointModify): boolean {
  return create || media.length > 0 || transport !== undefined || sources !== undefined;
}
