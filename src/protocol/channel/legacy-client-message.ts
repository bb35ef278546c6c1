import { z } from 'zod';
import type { Result } from '../../base/result.ts';
import { decodeMessage } from './decode-message.ts';
import { limits } from './limits.ts';

// What only clients of 2018 say (colibri1.md §4.4); the rest of their vocabulary is today's.

const id = z.string().max(limits.nameLength);

/** Blank and null stand for nobody. */
const ids = z
  .array(id.nullable())
  .max(limits.names)
  .transform((all) => all.flatMap((each) => (each ? [each] : [])));

const legacyClientMessage = z.discriminatedUnion('colibriClass', [
  z.object({
    colibriClass: z.literal('SelectedEndpointsChangedEvent'),
    selectedEndpoints: ids,
  }),
  z.object({
    colibriClass: z.literal('SelectedEndpointChangedEvent'),
    selectedEndpoint: id.nullish(),
  }),
  z.object({ colibriClass: z.literal('PinnedEndpointsChangedEvent'), pinnedEndpoints: ids }),
  z.object({
    colibriClass: z.literal('PinnedEndpointChangedEvent'),
    pinnedEndpoint: id.nullish(),
  }),
  z.object({
    colibriClass: z.literal('ReceiverVideoConstraint'),
    maxFrameHeight: z.number().min(0).max(100_000),
  }),
]);

export type LegacyClientMessage = z.infer<typeof legacyClientMessage>;

const classes = new Set<string>(
  legacyClientMessage.options.map(({ shape }) => shape.colibriClass.value),
);

/** Whether a text says that it is one of these messages. */
export function isLegacyClass(text: string): boolean {
  const name = /"colibriClass"\s*:\s*"(\w{1,64})"/.exec(text)?.[1];
  return name !== undefined && classes.has(name);
}

/** The error says what is wrong, in words for the log. */
export function decodeLegacyClientMessage(text: string): Result<LegacyClientMessage, string> {
  return decodeMessage(legacyClientMessage, text);
}
