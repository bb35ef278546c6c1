import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { endpointId, meetingId, sourceName } from '../../src/model/ids.ts';
import type { ConferenceModify } from '../../src/protocol/colibri2/conference-modify.ts';
import { encodeConferenceModify } from '../../src/protocol/colibri2/conference-modify-xml.ts';
import { answerConferenceModify } from '../../src/signaling/colibri2-iq.ts';
import { replayBridge } from '../golden/replay-bridge.ts';
import { conferenceModify } from './arbitrary-colibri2.ts';

// Hundreds of runs take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const few = fc.constantFrom('a', 'b', 'c');

/** Any request, about so few meetings, endpoints and sources that requests meet one another. */
const request: fc.Arbitrary<ConferenceModify> = fc
  .tuple(conferenceModify, few, fc.array(few, { minLength: 3, maxLength: 3 }), fc.boolean())
  .map(([any, meeting, ids, plausible]) => ({
    ...any,
    meetingId: meetingId(meeting),
    name: 'room@conference.example',
    relays: plausible ? [] : any.relays,
    endpoints: any.endpoints.slice(0, plausible ? 1 : 3).map((endpoint, index) => ({
      ...endpoint,
      id: endpointId(ids[index] ?? 'a'),
      capabilities: plausible ? ['source-names'] : endpoint.capabilities,
      ...(endpoint.sources && {
        sources: endpoint.sources.map((source, place) => ({
          ...source,
          name: sourceName(`${ids[index] ?? 'a'}-${place}`),
        })),
      }),
    })),
  }));

const refusals = ['conflict', 'item-not-found', 'bad-request', 'feature-not-implemented'];

test('any sequence of requests is answered, never with a fault of the bridge, and a refusal changes nothing', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 12 }), async (requests) => {
      const { colibri2, conferences } = replayBridge();
      const answer = answerConferenceModify(colibri2);
      for (const each of requests) {
        const before = conferences.debugState({ full: true });
        const reply = await answer(encodeConferenceModify(each));
        seen.add(reply.type === 'error' ? reply.condition : reply.type);
        if (reply.type === 'result') continue;
        expect(refusals).toContain(reply.condition);
        expect(conferences.debugState({ full: true })).toEqual(before);
      }
    }),
    { numRuns: 200 },
  );
  // Not a law, but a check of the test: it must have come by all of them.
  expect([...seen].sort()).toEqual([...refusals, 'result'].sort());
});
