import { z } from 'zod';
import { err, ok, type Result } from '../../src/base/result.ts';
import type { ClientMessage } from '../signal-messages.ts';
import { limits } from './limits.ts';

const ssrc = z.number().int().min(1).max(0xffff_ffff);
const videoType = z.enum(['camera', 'desktop', 'desktop_high_fps', 'disabled', 'none']);
const sourceName = z.string().regex(/^[\w.-]{1,64}$/);
const session = z.number().int().min(1);

const source = z.strictObject({
  name: sourceName,
  kind: z.enum(['audio', 'video']),
  videoType,
  encodings: z
    .array(z.strictObject({ ssrc, rtx: ssrc.optional() }))
    .min(1)
    .max(3),
});

const sourceStates = z
  .array(z.strictObject({ name: sourceName, muted: z.boolean(), videoType }))
  .max(limits.sourcesPerParticipant);

const transport = z.strictObject({
  ufrag: z.string().regex(/^[\w+/=-]{4,256}$/),
  pwd: z.string().regex(/^[\w+/=-]{22,256}$/),
  fingerprints: z
    .array(
      z.strictObject({
        hash: z.string().regex(/^[a-z0-9-]{1,16}$/),
        value: z.string().regex(/^[0-9A-F]{2}(:[0-9A-F]{2}){15,63}$/),
        setup: z.enum(['actpass', 'active', 'passive']),
      }),
    )
    .min(1)
    .max(4),
});

const clientMessage = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('join'),
    room: z.string().regex(/^[\w-]{1,64}$/),
    name: z.string().trim().min(1).max(limits.nameLength),
    dataChannel: z.boolean(),
    ssrcRewriting: z.boolean(),
    sources: sourceStates,
  }),
  z.strictObject({
    type: z.literal('accept'),
    session,
    transport,
    sources: z.array(source).max(limits.sourcesPerParticipant),
  }),
  z.strictObject({ type: z.literal('ice-restart'), session }),
  z.strictObject({
    type: z.literal('transport'),
    session,
    generation: z.number().int().min(1),
    transport,
  }),
  z.strictObject({ type: z.literal('source-add'), session, source }),
  z.strictObject({ type: z.literal('source-remove'), session, name: sourceName }),
  z.strictObject({ type: z.literal('presence'), sources: sourceStates }),
  z.strictObject({ type: z.literal('session-failed'), session }),
  z.strictObject({ type: z.literal('inspect') }),
  z.strictObject({ type: z.literal('leave') }),
]);

/** Reads one message of a page; the error says which field is wrong. */
export function decodeClientMessage(text: string): Result<ClientMessage, string> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return err('the message is not JSON');
  }
  const parsed = clientMessage.safeParse(json);
  return parsed.success ? ok(parsed.data) : err(z.prettifyError(parsed.error));
}
