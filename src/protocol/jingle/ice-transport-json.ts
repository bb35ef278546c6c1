import { z } from 'zod';
import { withoutUndefined } from '../../base/without-undefined.ts';
import { maxStringLength } from '../xml/element-reader.ts';
import { candidateAttributes, decodeCandidate } from './candidate.ts';
import { decodeFingerprint } from './fingerprint.ts';
import { iceCredentials, iceGeneration, type IceTransport } from './ice-transport.ts';
import { limits } from './limits.ts';
import { namespaces } from './namespaces.ts';

/** What a client wrote: strings and numbers are read, everything else is as good as absent. */
function looseText(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.length <= maxStringLength ? value : undefined;
}

const loose = z.unknown().transform(looseText);

/** Surplus items are ignored, as in XML. */
function looseList<T extends z.ZodType>(item: T, max: number) {
  return z
    .array(z.unknown())
    .default([])
    .transform((items) => items.slice(0, max))
    .pipe(z.array(item));
}

const candidate = z
  .looseObject({})
  .transform((members) =>
    decodeCandidate((name) =>
      Object.hasOwn(members, name) ? looseText(members[name]) : undefined,
    ),
  );

const fingerprint = z
  .object({ fingerprint: loose, hash: loose, setup: loose })
  .partial()
  .transform(({ fingerprint: value, hash, setup }) =>
    decodeFingerprint({ value: value ?? '', hash, setup }),
  );

/** Without the right `xmlns` upstream drops the object, and so do we. */
export const ice = z
  .object({
    xmlns: loose,
    ufrag: loose,
    pwd: loose,
    'ice-generation': loose,
    candidates: looseList(candidate, limits.candidates),
    fingerprints: looseList(fingerprint, limits.fingerprints),
    'web-sockets': looseList(loose, limits.webSockets),
  })
  .partial()
  .transform((value): IceTransport | undefined => {
    if (value.xmlns !== namespaces.ice) return undefined;
    return withoutUndefined({
      credentials: iceCredentials(value.ufrag, value.pwd),
      candidates: (value.candidates ?? []).filter((item) => item !== undefined),
      fingerprints: (value.fingerprints ?? []).filter((item) => item !== undefined),
      iceGeneration: iceGeneration(value['ice-generation']),
      webSocketUrls: (value['web-sockets'] ?? []).filter(isUrl),
    });
  });

/** `active` stands for a link that is there already. */
function isUrl(value: string | undefined): value is string {
  return value !== undefined && value !== 'active';
}

export function iceJson({ credentials, candidates, fingerprints, ...rest }: IceTransport): object {
  return withoutUndefined({
    xmlns: namespaces.ice,
    pwd: credentials?.pwd,
    ufrag: credentials?.ufrag,
    'ice-generation': rest.iceGeneration,
    fingerprints: nonEmpty(
      fingerprints.map(({ hash, setup, value }) => ({ fingerprint: value, setup, hash })),
    ),
    candidates: nonEmpty(
      candidates.map((item, index) => candidateAttributes(item, `c${index + 1}`)),
    ),
    'web-sockets': nonEmpty(rest.webSocketUrls),
    'rtcp-mux': true,
  });
}

function nonEmpty<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}
