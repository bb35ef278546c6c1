import type { EndpointId, SourceName, Ssrc } from '../model/ids.ts';
import type { Source } from '../model/source.ts';
import type {
  CommandError,
  ConferenceCommand,
  EndpointCommand,
  EndpointSettings,
} from './commands.ts';
import { limits } from './conference-config.ts';
import type { Endpoint } from './endpoint.ts';
import {
  isNameOfAnother,
  ssrcsOf,
  takeableSources,
  type TakenIdentifiers,
} from './takeable-sources.ts';

/** The conference a request meets: for a create an empty one. */
export type RequestScene = {
  readonly endpoints: ReadonlyMap<EndpointId, Endpoint>;
  readonly feedbackSsrcs: readonly Ssrc[];
};

/**
 * Checks a request whole before anything of it is done (colibri2.md §3.3 to §3.5, in that order): what passes can
 * fail only by the bridge's own trouble.
 */
export function validateRequest(
  command: ConferenceCommand,
  scene: RequestScene,
): CommandError | undefined {
  const present = new Set(scene.endpoints.keys());
  for (const endpoint of command.endpoints) {
    const error = validateEndpoint(endpoint, present, { command, scene });
    if (error) return error;
    if (endpoint.type === 'expire') present.delete(endpoint.id);
    if (endpoint.type === 'create') present.add(endpoint.id);
  }
  return undefined;
}

function validateEndpoint(
  endpoint: EndpointCommand,
  present: ReadonlySet<EndpointId>,
  { command, scene }: { command: ConferenceCommand; scene: RequestScene },
): CommandError | undefined {
  const { id } = endpoint;
  switch (endpoint.type) {
    case 'expire':
      return undefined;
    case 'create':
      if (present.has(id)) {
        return { code: 'endpoint-exists', endpointId: id, text: `Endpoint exists: ${id}` };
      }
      if (present.size >= limits.endpointsPerConference) {
        return { code: 'unavailable', text: 'The conference is full.' };
      }
      return checkVisitor(endpoint.visitor, endpoint);
    case 'update': {
      const known = scene.endpoints.get(id);
      if (known && present.has(id)) {
        return checkVisitor(known.visitor, endpoint);
      }
      if (command.ignoreUnknownEndpoints) return undefined;
      return { code: 'unknown-endpoint', endpointId: id, text: `Endpoint not found for ID: ${id}` };
    }
  }
}

function checkVisitor(visitor: boolean, { sources }: EndpointSettings): CommandError | undefined {
  if (!visitor || sources === undefined || sources.length === 0) return undefined;
  return { code: 'bad-request', text: 'A visitor cannot have sources.' };
}

type OnLeftOut = (endpoint: EndpointId, source: SourceName, reason: string) => void;

/** The request without those sources that cannot be taken; whatever else is wrong with it is for `validateRequest`. */
export function withTakeableSources(
  command: ConferenceCommand,
  scene: RequestScene,
  onLeftOut: OnLeftOut,
): ConferenceCommand {
  const endpoints = command.endpoints.map((endpoint) =>
    endpoint.type === 'expire' || endpoint.sources === undefined
      ? endpoint
      : { ...endpoint, ...takeableOf(endpoint.id, endpoint.sources, scene, onLeftOut) },
  );
  return { ...command, endpoints };
}

/** What of an endpoint's sources can be taken now, and what may be once others are gone. */
export function takeableOf(
  owner: EndpointId,
  sources: readonly Source[],
  scene: RequestScene,
  onLeftOut: OnLeftOut = () => undefined,
): { readonly sources: readonly Source[]; readonly leftOut: readonly Source[] } {
  const leftOut: Source[] = [];
  const taken = takenByOthers(owner, scene);
  const takeable = takeableSources(sources, taken, (source, { reason, passes }) => {
    onLeftOut(owner, source.name, reason);
    if (passes && leftOut.length < limits.sourcesPerEndpoint) leftOut.push(source);
  });
  return { sources: takeable, leftOut };
}

function takenByOthers(owner: EndpointId, scene: RequestScene): TakenIdentifiers {
  const others = [...scene.endpoints.values()].filter(({ id }) => id !== owner);
  const sources = others.flatMap((endpoint) => endpoint.sources.signalled);
  // What bears the name of an endpoint that is only now created goes when that comes (`Conference.commit`).
  const names = others.flatMap(({ id, sources: { signalled } }) =>
    signalled.map(({ name }) => name).filter((name) => !isNameOfAnother(name, id, [owner])),
  );
  return {
    owner,
    otherEndpoints: others.map(({ id }) => id),
    names: new Set(names),
    ssrcs: new Set([...scene.feedbackSsrcs, ...sources.flatMap(ssrcsOf)]),
  };
}
