import type { UndoStack } from '../base/undo-stack.ts';
import type { EndpointId } from '../model/ids.ts';
import type { LocalTransport } from '../model/transport.ts';
import type { ConferenceCommand, EndpointCommand } from './commands.ts';
import type { Endpoint, EndpointCreateCommand } from './endpoint.ts';
import type { ConferenceMedia, EndpointMedia } from './ports.ts';

type EndpointUpdateCommand = Extract<EndpointCommand, { readonly type: 'update' }>;

/** One endpoint's share of a request, done as far as it can fail; the rest cannot. */
export type PreparedEndpoint =
  | { readonly type: 'expire'; readonly id: EndpointId }
  | {
      readonly type: 'create';
      readonly command: EndpointCreateCommand;
      readonly media: EndpointMedia;
    }
  | {
      readonly type: 'update';
      readonly command: EndpointUpdateCommand;
      /** After an ICE restart; undefined also if it cannot be had. */
      readonly transport: LocalTransport | undefined;
    };

export type PreparationContext = {
  readonly media: ConferenceMedia;
  readonly endpoints: ReadonlyMap<EndpointId, Endpoint>;
};

/** Does of a validated request what the media plane has a part in; `undo` takes it back. */
export async function prepareRequest(
  command: ConferenceCommand,
  context: PreparationContext,
  undo: UndoStack,
): Promise<PreparedEndpoint[]> {
  const prepared: PreparedEndpoint[] = [];
  for (const endpoint of command.endpoints) {
    prepared.push(await prepareEndpoint(endpoint, context, undo));
  }
  return prepared;
}

async function prepareEndpoint(
  command: EndpointCommand,
  context: PreparationContext,
  undo: UndoStack,
): Promise<PreparedEndpoint> {
  switch (command.type) {
    case 'expire':
      return { type: 'expire', id: command.id };
    case 'create':
      return { type: 'create', command, media: await addEndpoint(command, context, undo) };
    case 'update': {
      const media = context.endpoints.get(command.id)?.media;
      if (media && command.transport) await media.setRemoteTransport(command.transport);
      const transport = media && command.restartIce ? await media.restartIce() : undefined;
      return { type: 'update', command, transport };
    }
  }
}

async function addEndpoint(
  command: EndpointCreateCommand,
  context: PreparationContext,
  undo: UndoStack,
): Promise<EndpointMedia> {
  const media = await context.media.addEndpoint({
    endpointId: command.id,
    media: command.media ?? [],
    sctp: command.sctp,
    ...(command.opensChannel !== undefined && { opensChannel: command.opensChannel }),
    privateAddresses: command.privateAddresses,
  });
  undo.add(() => media.close());
  if (command.transport) await media.setRemoteTransport(command.transport);
  return media;
}
