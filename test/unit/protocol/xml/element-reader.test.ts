import { describe, expect, test } from 'vitest';
import type { XmlElement } from '../../../../src/base/xml-element.ts';
import { decoding } from '../../../../src/protocol/xml/decode-error.ts';
import { element } from '../../../../src/protocol/xml/element.ts';
import { ElementReader } from '../../../../src/protocol/xml/element-reader.ts';

const reader = (attrs: Record<string, string>, children: XmlElement[] = []) =>
  ElementReader.root(element('a', { xmlns: 'urn:a', ...attrs }, children));

const failure = (read: () => unknown) => {
  const result = decoding(read);
  return result.ok ? undefined : result.error.message;
};

describe('namespaces', () => {
  test('are inherited', () => {
    const child = reader({}, [element('b', {}, [element('c')])])
      .child('b', 'urn:a')
      ?.child('c', 'urn:a');
    expect(child?.path).toBe('a/b/c');
  });

  test('are overridden by a declaration, for descendants too', () => {
    const root = reader({}, [element('b', { xmlns: 'urn:b' }, [element('c')])]);
    expect(root.child('b', 'urn:a')).toBeUndefined();
    expect(root.child('b', 'urn:b')?.child('c', 'urn:b')?.localName).toBe('c');
  });

  test('may have prefixes, declared anywhere above', () => {
    const root = ElementReader.root(
      element('p:a', { 'xmlns:p': 'urn:a' }, [element('p:b', { id: '1' })]),
    );
    expect(root.is('a', 'urn:a')).toBe(true);
    expect(root.child('b', 'urn:a')?.required('id')).toBe('1');
    expect(root.child('b', '')).toBeUndefined();
  });

  test('declared further in join those declared further out', () => {
    const root = ElementReader.root(
      element('p:a', { 'xmlns:p': 'urn:a' }, [
        element('q:b', { 'xmlns:q': 'urn:b' }, [element('p:c'), element('q:c')]),
      ]),
    );
    const inner = root.child('b', 'urn:b');
    expect(inner?.child('c', 'urn:a')).toBeDefined();
    expect(inner?.child('c', 'urn:b')).toBeDefined();
  });

  test('an undeclared prefix is in none', () => {
    expect(reader({}, [element('q:b')]).child('b', '')?.localName).toBe('b');
    expect(reader({}, [element('q:b')]).child('b', 'urn:a')).toBeUndefined();
  });
});

describe('attributes', () => {
  test.each([
    ['true', true],
    ['TRUE', true],
    ['True', true],
    ['1', false],
    ['yes', false],
    ['', false],
  ])('%s is %s', (text, value) => {
    expect(reader({ flag: text }).boolean('flag')).toBe(value);
  });

  test('an absent boolean has its default', () => {
    expect(reader({}).boolean('flag')).toBe(false);
    expect(reader({}).boolean('flag', true)).toBe(true);
  });

  test.each(['', ' 5', '5 ', '0x5', '5.0', '5e0', 'NaN', '+5', '1e400', '9', '-1', '٥'])(
    '%j is no whole number from 0 to 8',
    (text) => {
      const message = failure(() => reader({ n: text }).integer('n', { min: 0, max: 8 }));
      expect(message).toBe('a@n: must be a whole number from 0 to 8');
    },
  );

  test('a whole number within its range is read', () => {
    expect(reader({ n: '-3' }).integer('n', { min: -3, max: 8 })).toBe(-3);
    expect(reader({}).integer('n', { min: 0, max: 8 })).toBeUndefined();
  });

  test('a required one must be there and not blank', () => {
    expect(failure(() => reader({}).required('id'))).toBe('a@id: is missing');
    expect(failure(() => reader({ id: ' ' }).required('id'))).toBe('a@id: is missing');
  });

  test('words are compared without regard to case', () => {
    expect(reader({ role: 'SERVER' }).oneOf('role', ['client', 'server'])).toBe('server');
    expect(failure(() => reader({ role: 'x' }).oneOf('role', ['client']))).toBe(
      'a@role: must be one of client',
    );
  });

  test('what is inherited from a prototype is not there', () => {
    expect(reader({}).optional('constructor')).toBeUndefined();
    expect(reader({}).optional('__proto__')).toBeUndefined();
  });

  test('an endless one is an error, and absent for tolerant readers', () => {
    const endless = reader({ id: 'x'.repeat(4_097) });
    expect(failure(() => endless.optional('id'))).toBe('a@id: longer than 4096 characters');
    expect(endless.tolerant('id')).toBeUndefined();
  });
});

describe('children', () => {
  const three = reader({}, [
    element('b'),
    element('x'),
    element('b', { id: 'second' }),
    element('b'),
  ]);

  test('are counted in paths from 1', () => {
    const [, second] = three.children('b', 'urn:a', 3);
    expect(second?.path).toBe('a/b[2]');
    expect(failure(() => second?.requiredInteger('n', { min: 0, max: 1 }))).toBe(
      'a/b[2]@n: is missing',
    );
  });

  test('beyond their number are an error, or ignored where a client wrote them', () => {
    expect(failure(() => three.children('b', 'urn:a', 2))).toBe('a: has more than 2 <b>');
    expect(three.firstChildren('b', 'urn:a', 2)).toHaveLength(2);
  });

  test('text is what stands directly inside, trimmed', () => {
    const mixed: XmlElement = { name: 'a', attrs: {}, children: [' x', element('b'), 'y '] };
    expect(ElementReader.root(mixed).text()).toBe('xy');
  });
});
