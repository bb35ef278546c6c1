// What operators and scripts asked a JVB of August 2026 over HTTP, asked of this bridge.
import { expect, it } from 'vitest';
import { readRecordedRest } from '../../golden/recorded-rest.ts';
import { atTheEnd } from '../../support/at-the-end.ts';
import { BridgeProcess } from '../../support/bridge/bridge-process.ts';

// The last asks for figures without an Accept header, which fetch cannot; JVB answers 500.
const recorded = readRecordedRest('rest-other.txt').slice(0, -1);

it('gets the statuses that JVB answered, and values of the same names', async () => {
  const bridge = await BridgeProcess.start({ config: 'videobridge.rest.shutdown.enabled = true' });
  atTheEnd(() => bridge.stop());
  expect(recorded).toHaveLength(15);
  for (const { method, path, body, status, answer } of recorded) {
    const reply = await fetch(`${bridge.restUrl}${path}`, {
      method,
      redirect: 'manual',
      ...(body !== '' && { body, headers: { 'content-type': 'application/json' } }),
    });
    expect(reply.status, path).toBe(status);
    const text = await reply.text();
    if (status === 200 && /^[{[]/.test(answer)) {
      expect(namesIn(text), path).toEqual(namesIn(answer));
    } else if (status === 200) {
      expect(text, path).toBe(answer);
    }
  }
});

/** Of an object's members; an array has none. */
function namesIn(json: string): string[] {
  const value = JSON.parse(json) as object;
  return Array.isArray(value) ? [] : Object.keys(value).sort();
}
