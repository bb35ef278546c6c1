import { expect, test } from 'vitest';
import {
  createColibri2Rest,
  type Colibri2Rest,
  type RestReply,
} from '../../src/signaling/colibri2-rest.ts';
import { maskUrl } from './comparable.ts';
import { readRecordedRest, type RecordedExchange } from './recorded-rest.ts';
import { replayBridge } from './replay-bridge.ts';

/** Chosen by each bridge for itself; `ssrc` in answers is always the bridge's. */
const masked: readonly string[] = ['ufrag', 'pwd', 'fingerprint', 'ssrc', 'ip'];

/** Where we differ on purpose: place in the recording → what our body is like, and why. */
const differences: Readonly<Record<number, { readonly body: object; readonly why: string }>> = {
  6: {
    body: { endpoints: [{ id: '5f3a9c01', transport: { transport: { 'rtcp-mux': true } } }] },
    why: 'ice-restart has no JSON form in JVB, which ignores it; here it restarts ICE',
  },
};

const recorded = readRecordedRest('rest-colibri2.txt');

test('the recorded requests get the statuses and the values JVB answered', async () => {
  const { colibri2, conferences } = replayBridge();
  const rest = createColibri2Rest(colibri2, (id) =>
    conferences.all.some(({ identity }) => identity.meetingId === id),
  );
  const replayed: number[] = [];
  for (const [index, exchange] of recorded.entries()) {
    const reply = await replay(rest, exchange);
    if (!reply) continue;
    replayed.push(index);
    expect(reply.status, `${index}: ${exchange.path}`).toBe(exchange.status);
    if (reply.status !== 200) {
      expect(reply.body).toHaveProperty('error', expect.stringMatching(/\w/));
    } else if (differences[index]) {
      expect(reply.body, String(index)).toMatchObject(differences[index].body);
    } else {
      expect(mask(reply.body), String(index)).toEqual(mask(JSON.parse(exchange.answer)));
    }
  }
  // All but the list, the debug view and the body that is no JSON, which are the HTTP server's.
  expect(recorded.length - replayed.length).toBe(3);
});

async function replay(
  rest: Colibri2Rest,
  exchange: RecordedExchange,
): Promise<RestReply | undefined> {
  const { method, path, body } = exchange;
  const [, id] = /^\/colibri\/v2\/conferences\/([^/]+)$/.exec(path) ?? [];
  if (body.startsWith('{not json')) return undefined;
  if (method === 'POST') return rest.post(JSON.parse(body));
  if (id === undefined) return undefined;
  return method === 'PATCH' ? rest.patch(id, JSON.parse(body)) : rest.get(id);
}

/** As a value: order of members does not count, candidate ids and addresses and secrets do not either. */
function mask(value: unknown, key = ''): unknown {
  if (masked.includes(key)) return '…';
  if (Array.isArray(value)) return value.map((item) => mask(item, `${key}[]`));
  if (typeof value === 'string' && key === 'web-sockets[]') return maskUrl(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      key === 'candidates[]' && ['id', 'port'].includes(name) ? '…' : mask(member, name),
    ]),
  );
}
