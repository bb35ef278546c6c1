import type { SourceName, Ssrc } from '../model/ids.ts';
import type { Source } from '../model/source.ts';
import type { CommandError } from './commands.ts';
import { limits } from './conference-config.ts';

/** What the rest of the conference uses already. */
export type TakenIdentifiers = {
  readonly names: ReadonlySet<SourceName>;
  readonly ssrcs: ReadonlySet<Ssrc>;
};

/** Checks a complete new set of sources of one endpoint (colibri2.md §3.5 step 7, §6.1); undefined = it may be taken. */
export function validateSources(
  sources: readonly Source[],
  visitor: boolean,
  taken: TakenIdentifiers,
): CommandError | undefined {
  if (sources.length === 0) return undefined;
  if (visitor) return badRequest('A visitor cannot have sources.');
  if (sources.length > limits.sourcesPerEndpoint) {
    return badRequest(`More than ${limits.sourcesPerEndpoint} sources for one endpoint.`);
  }
  return duplicateName(sources, taken) ?? duplicateSsrc(sources, taken);
}

function duplicateName(
  sources: readonly Source[],
  taken: TakenIdentifiers,
): CommandError | undefined {
  const names = new Set<SourceName>();
  for (const { name, encodings } of sources) {
    if (name.length > limits.sourceNameLength) return badRequest('Source name too long.');
    if (names.has(name)) return badRequest(`Source ${name} is listed twice.`);
    if (taken.names.has(name)) return badRequest(`Source ${name} belongs to another endpoint.`);
    if (encodings.length > limits.encodingsPerSource) {
      return badRequest(`Source ${name} has more than ${limits.encodingsPerSource} encodings.`);
    }
    names.add(name);
  }
  return undefined;
}

function duplicateSsrc(
  sources: readonly Source[],
  taken: TakenIdentifiers,
): CommandError | undefined {
  const ssrcs = new Set<Ssrc>();
  for (const each of sources.flatMap(ssrcsOf)) {
    if (ssrcs.has(each)) return badRequest(`SSRC ${each} is used twice.`);
    if (taken.ssrcs.has(each)) return badRequest(`SSRC ${each} is in use in this conference.`);
    ssrcs.add(each);
  }
  return undefined;
}

/** Every SSRC a source is sent on, retransmission included. */
export function ssrcsOf(source: Source): Ssrc[] {
  return source.encodings.flatMap(({ ssrc, rtx }) => (rtx === undefined ? [ssrc] : [ssrc, rtx]));
}

function badRequest(text: string): CommandError {
  return { code: 'bad-request', text };
}
