import { describe, expect, test } from 'vitest';
import { decodeClientMessage } from '../../../../src/protocol/channel/client-message.ts';

const problem = (text: string) => {
  const message = decodeClientMessage(text);
  return message.ok ? undefined : message.error;
};

describe('a message', () => {
  test('of an unknown class is refused by name', () => {
    expect(problem('{"colibriClass":"PinnedEndpointChangedEvent"}')).toBe(
      'unknown colibriClass PinnedEndpointChangedEvent',
    );
    expect(problem('{"colibriClass":"ForwardedSources","forwardedSources":[]}')).toBe(
      'unknown colibriClass ForwardedSources',
    );
    expect(problem('{}')).toBe('unknown colibriClass undefined');
  });

  test.each(['', 'null', '[]', '"x"', '5', '{', '{"a":1,}'])('%j is none', (text) => {
    expect(problem(text)).toMatch(/^not (JSON|a JSON object)$/);
  });

  test('says where it is wrong', () => {
    expect(problem('{"colibriClass":"LastNChangedEvent","lastN":"two"}')).toMatch(
      /^LastNChangedEvent\.lastN: /,
    );
    expect(problem('{"colibriClass":"EndpointMessage","msgPayload":{}}')).toMatch(
      /^EndpointMessage\.to: /,
    );
    expect(
      problem('{"colibriClass":"SourceVideoTypeMessage","sourceName":"a","videoType":"film"}'),
    ).toMatch(/^SourceVideoTypeMessage\.videoType: /);
  });

  test('may have fields nobody knows, which are dropped', () => {
    expect(decodeClientMessage('{"colibriClass":"ClientHello","from":"mars"}')).toEqual({
      ok: true,
      value: { colibriClass: 'ClientHello' },
    });
  });

  test('for others keeps every field', () => {
    const text = '{"colibriClass":"EndpointMessage","to":"","msgPayload":{"a":[1]},"x":null}';
    expect(decodeClientMessage(text)).toEqual({ ok: true, value: JSON.parse(text) as unknown });
  });

  test('with a key twice means the last one', () => {
    expect(decodeClientMessage('{"colibriClass":"LastNChangedEvent","lastN":1,"lastN":2}')).toEqual(
      {
        ok: true,
        value: { colibriClass: 'LastNChangedEvent', lastN: 2 },
      },
    );
  });

  test('much side by side is no nesting', () => {
    const text = JSON.stringify({ colibriClass: 'EndpointStats', x: Array(1_000).fill([{}]) });
    expect(decodeClientMessage(text)).toMatchObject({ ok: true });
  });

  test('brackets within strings are no nesting', () => {
    const text = JSON.stringify({ colibriClass: 'EndpointStats', x: '\\"[[[['.repeat(50) });
    expect(decodeClientMessage(text)).toMatchObject({ ok: true });
  });
});

/** Tried with JVB's own reader: clients may have come to rely on it. */
describe('what JVB makes sense of, so do we:', () => {
  const constraints = (fields: object) =>
    decodeClientMessage(JSON.stringify({ colibriClass: 'ReceiverVideoConstraints', ...fields }));

  test.each([
    [1.5, 1],
    [-0.5, 0],
    ['5', 5],
    ['-1', -1],
    ['7.9', 7],
  ])('the number %j', (written, value) => {
    expect(constraints({ lastN: written })).toMatchObject({ ok: true, value: { lastN: value } });
  });

  test('constraints without a height, which want nothing', () => {
    expect(constraints({ defaultConstraints: {} })).toMatchObject({
      value: { defaultConstraints: { maxHeight: 0 } },
    });
  });

  test('lists and maps with nobody in a place', () => {
    expect(
      constraints({ onStageSources: [null, '', 'a'], constraints: { a: null, b: {} } }),
    ).toMatchObject({
      value: { onStageSources: ['a'], constraints: new Map([['b', { maxHeight: 0 }]]) },
    });
  });
});
