import { z } from 'zod';
import { withoutUndefined } from '../../base/without-undefined.ts';
import { ssrc } from '../../model/ids.ts';
import { videoTypes, type Source } from '../../model/source.ts';
import { limits as jingleLimits, range } from '../jingle/limits.ts';
import { announcedSsrcs } from '../jingle/source-encodings.ts';
import { boolean, firstOf, integer, oneOf, requiredText, text } from '../json/json-schema.ts';
import { limits } from './limits.ts';
import { asSource } from './written-source.ts';

const ssrcNumber = integer(range.ssrc).transform(ssrc);

/** A bare number where there is nothing but the SSRC. */
const source = z.union([
  ssrcNumber.transform((value) => ({ ssrc: value, videoType: undefined })),
  z.object({ ssrc: ssrcNumber, videoType: oneOf(videoTypes).optional() }),
]);

const group = z
  .object({ semantics: requiredText, sources: firstOf(source, jingleLimits.ssrcs).default([]) })
  .transform(({ semantics, sources }) => ({
    semantics: semantics.toUpperCase(),
    ssrcs: sources.map((member) => member.ssrc),
  }));

const mediaSource = z
  .object({
    type: text,
    id: z.string(),
    synthetic: boolean.default(false),
    sources: firstOf(source, jingleLimits.ssrcs).default([]),
    'ssrc-groups': firstOf(group, jingleLimits.groups).default([]),
  })
  .transform(({ id, type, synthetic, sources: members, 'ssrc-groups': groups }) =>
    asSource({
      name: id,
      kind: type,
      ssrcs: members.map((member) => member.ssrc),
      groups,
      videoTypes: members.map((member) => member.videoType),
      synthetic,
    }),
  );

/** The member `sources` of an endpoint or an answer: an array, no wrapper. */
export const sources = firstOf(mediaSource, limits.sources).transform((all) =>
  all.filter((item) => item !== undefined),
);

export function sourcesJson(all: readonly Source[]): readonly object[] {
  return all.map(({ name, kind, encodings, videoType, synthetic }) => {
    const { ssrcs, groups } = announcedSsrcs(encodings);
    return withoutUndefined({
      type: kind,
      id: name,
      synthetic: synthetic || undefined,
      sources: ssrcs.map((value) =>
        withoutUndefined({
          ssrc: value,
          name,
          videoType: videoType === 'camera' ? undefined : videoType,
        }),
      ),
      'ssrc-groups':
        groups.length === 0
          ? undefined
          : groups.map(({ semantics, ssrcs: members }) => ({ semantics, sources: members })),
    });
  });
}
