import { ok, type Result } from '../base/result.ts';
import { withoutUndefined } from '../base/without-undefined.ts';
import type {
  CommandError,
  EndpointCommand,
  EndpointCreation,
  EndpointSettings,
} from '../conference/commands.ts';
import type { MediaDescription } from '../model/media-description.ts';
import type { RemoteTransport } from '../model/transport.ts';
import {
  capability,
  type EndpointModify,
  type Sctp,
} from '../protocol/colibri2/conference-modify.ts';
import type { IceTransport } from '../protocol/jingle/ice-transport.ts';
import { badRequest, notImplemented } from './refuse.ts';

export type ColibriConfig = {
  /** `videobridge.sctp.enabled`: off means that data channels are refused. */
  readonly sctpEnabled: boolean;
};

/** The one SCTP port there is (colibri2.md §2.9). */
export const sctpPort = 5000;

const unlimited = -1;

/** One `<endpoint>` of a request; `expire` wins over everything else in it (colibri2.md §3.5). */
export function endpointCommand(
  endpoint: EndpointModify,
  config: ColibriConfig,
): Result<EndpointCommand, CommandError> {
  const { id, create, expire, transport } = endpoint;
  if (expire) return ok({ type: 'expire', id });
  const badPayloadType = findRtxWithoutTarget(endpoint.media);
  if (badPayloadType !== undefined) {
    return badRequest(`endpoint ${id}: rtx payload type ${badPayloadType} without apt`);
  }
  const settings = endpointSettings(endpoint);
  if (!create) {
    return ok({ type: 'update', id, restartIce: transport?.iceRestart === true, ...settings });
  }
  const refusal = checkCreation(endpoint, config);
  return refusal ?? ok({ type: 'create', id, ...endpointCreation(endpoint), ...settings });
}

function checkCreation(endpoint: EndpointModify, config: ColibriConfig) {
  const { id, transport, capabilities, mucRole, sources = [] } = endpoint;
  if (!transport) return badRequest(`endpoint ${id} is to be created without <transport>`);
  if (!capabilities.includes(capability.sourceNames)) {
    return badRequest(`endpoint ${id} lacks the capability ${capability.sourceNames}`);
  }
  if (mucRole === 'visitor' && sources.length > 0) {
    return badRequest(`endpoint ${id} is a visitor and cannot have sources`);
  }
  return transport.sctp && checkSctp(transport.sctp, config);
}

function checkSctp({ port, role }: Sctp, { sctpEnabled }: ColibriConfig) {
  if (!sctpEnabled) return notImplemented('data channels over SCTP are switched off');
  if (role === 'client') return notImplemented('the SCTP role client is not supported');
  if (port !== undefined && port !== sctpPort) return badRequest(`the SCTP port is ${sctpPort}`);
  return undefined;
}

function endpointCreation({ transport, capabilities, mucRole }: EndpointModify): EndpointCreation {
  const ssrcRewriting = capabilities.includes(capability.ssrcRewriting);
  return {
    sctp: transport?.sctp !== undefined,
    ssrcRewriting,
    midDemux: ssrcRewriting && capabilities.includes(capability.midDemux),
    visitor: mucRole === 'visitor',
    privateAddresses: capabilities.includes(capability.privateAddresses),
  };
}

function endpointSettings(endpoint: EndpointModify): EndpointSettings {
  const { statsId, media, transport, sources, forceMute, initialLastN } = endpoint;
  return withoutUndefined({
    statsId,
    media: media.length > 0 ? media : undefined,
    transport: transport?.ice && remoteTransport(transport.ice),
    sources,
    forceMute,
    initialLastN: initialLastN === undefined ? undefined : Math.max(initialLastN, unlimited),
  });
}

function remoteTransport(ice: IceTransport): RemoteTransport {
  const { credentials, candidates, fingerprints, iceGeneration } = ice;
  return withoutUndefined({ credentials, candidates, fingerprints, iceGeneration });
}

function findRtxWithoutTarget(media: readonly MediaDescription[]): number | undefined {
  return media
    .flatMap(({ payloadTypes }) => payloadTypes)
    .find(
      ({ name, parameters }) =>
        name.toLowerCase() === 'rtx' && !/^\d{1,3}$/.test(parameters['apt'] ?? ''),
    )?.id;
}
