import { z } from 'zod';

/** JVB writes numbers that came from XML as strings (colibri2.md §1.5). */
const number = z.coerce.number().int();

const candidate = z
  .object({
    foundation: z.string(),
    component: number,
    protocol: z.enum(['udp', 'tcp']),
    priority: number,
    ip: z.string(),
    port: number,
    type: z.enum(['host', 'srflx', 'prflx', 'relay']),
    'rel-addr': z.string().optional(),
    'rel-port': number.optional(),
    tcptype: z.enum(['active', 'passive', 'so']).optional(),
  })
  .transform((value) => ({
    foundation: value.foundation,
    component: value.component,
    protocol: value.protocol,
    priority: value.priority,
    ip: value.ip,
    port: value.port,
    type: value.type,
    ...(value['rel-addr'] !== undefined && { relatedAddress: value['rel-addr'] }),
    ...(value['rel-port'] !== undefined && { relatedPort: value['rel-port'] }),
    ...(value.tcptype !== undefined && { tcpType: value.tcptype }),
  }));

const fingerprint = z
  .object({
    hash: z.string(),
    fingerprint: z.string(),
    setup: z.enum(['actpass', 'active', 'passive']),
  })
  .transform(({ hash, fingerprint: value, setup }) => ({ hash, value, setup }));

const iceTransport = z.object({
  ufrag: z.string(),
  pwd: z.string(),
  candidates: z.array(candidate).default([]),
  fingerprints: z.array(fingerprint),
  'web-sockets': z.array(z.string()).default([]),
});

const endpoint = z.object({
  id: z.string(),
  transport: z
    .object({ transport: iceTransport.optional(), sctp: z.object({ port: number }).optional() })
    .optional(),
});

const mediaSource = z.object({
  type: z.enum(['audio', 'video']),
  sources: z.array(z.union([z.number(), z.object({ ssrc: number })])).min(1),
});

/** `conference-modified`, as far as a focus reads it. */
export const conferenceModified = z.object({
  endpoints: z.array(endpoint).default([]),
  sources: z.array(mediaSource).default([]),
});

export type ConferenceModified = z.infer<typeof conferenceModified>;

/** The bridge's own SSRCs, by kind (colibri2.md §6.6). */
export function feedbackSsrcs(response: ConferenceModified): Map<'audio' | 'video', number> {
  return new Map(
    response.sources.map(({ type, sources: [first] }) => [
      type,
      typeof first === 'object' ? first.ssrc : (first ?? 0),
    ]),
  );
}
