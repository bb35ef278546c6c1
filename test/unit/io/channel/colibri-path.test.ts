import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseColibriPath } from '../../../../src/io/channel/colibri-path.ts';

describe('a colibri-ws path', () => {
  it('is taken apart and decoded', () => {
    expect(parseColibriPath('/colibri-ws/id/c%2F1/e-1?x=1&pwd=p%26w', 'id')).toEqual({
      ok: true,
      value: { conferenceId: 'c/1', endpointId: 'e-1', password: 'p&w' },
    });
  });

  it('is either taken apart or refused, whatever it is', () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom('colibri-ws', 'colibri-relay-ws', 'id', '%'),
    );
    fc.assert(
      fc.property(fc.array(part), fc.string(), (parts, query) => {
        const parsed = parseColibriPath(`/${parts.join('/')}?${query}`, 'id');
        if (!parsed.ok) expect([403, 404]).toContain(parsed.error.status);
      }),
    );
  });
});
