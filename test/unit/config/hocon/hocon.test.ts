import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../../../src/config/hocon/limits.ts';
import { formatOrigin } from '../../../../src/config/hocon/origin.ts';
import { parseHocon } from '../../../../src/config/hocon/parse-hocon.ts';
import { valueAt } from '../../../../src/config/hocon/value.ts';
import { plainValue } from './plain-value.ts';

type Files = Readonly<Record<string, string>>;

function parse(text: string, files: Files = {}, env: Files = {}) {
  const readFile = (path: string): string | undefined => files[path];
  return parseHocon({ file: '/d/main.conf', text }, { env, readFile });
}

function value(...input: Parameters<typeof parse>): unknown {
  const result = parse(...input);
  if (!result.ok) throw result.error;
  return plainValue(result.value.value);
}

function error(...input: Parameters<typeof parse>): string {
  const result = parse(...input);
  if (result.ok) throw new Error(`accepted: ${JSON.stringify(plainValue(result.value.value))}`);
  return `${result.error.kind}: ${result.error.message}`;
}

describe('errors say where, what and what to do', () => {
  test.each([
    [
      'a = [1',
      'syntax: /d/main.conf:1:7: expected a comma, a new line or ], found the end of the file',
    ],
    ['\n  a b', 'syntax: /d/main.conf:2:6: expected = or { after a key, found the end of the file'],
    [
      'a = 1\nb = x@y',
      'syntax: /d/main.conf:2:6: @ has a meaning of its own outside quotes; put the whole value in quotes: "…@…"',
    ],
    ['a = "x', 'syntax: /d/main.conf:1:5: the quoted text has no closing " on its line'],
    ['a = """x', 'syntax: /d/main.conf:1:5: the text that starts with """ has no end'],
    [
      'a = "x\\q"',
      'syntax: /d/main.conf:1:7: \\q is no escape; write \\\\ for a backslash (known: \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX)',
    ],
    [
      'a. = 1',
      'path: /d/main.conf:1:1: a key or path has an empty part; remove the extra dot, or quote the part ("")',
    ],
    [
      'a {\n  b = 1\n',
      'syntax: /d/main.conf:3:1: expected } for the { in line 1, column 3, found the end of the file',
    ],
    [
      'a = [\n1\n',
      'syntax: /d/main.conf:3:1: expected ] for the [ in line 1, column 5, found the end of the file',
    ],
    [
      'a = b c = d',
      'syntax: /d/main.conf:1:9: expected a comma, a new line or the end of the file (each setting on a line of its own), found =',
    ],
    [
      'a { b = 1 } }',
      'syntax: /d/main.conf:1:13: expected a comma, a new line or the end of the file, found }',
    ],
    ['[1]', 'syntax: /d/main.conf:1:1: expected settings, not a list, found ['],
    ['{ a = 1 } b = 2', 'syntax: /d/main.conf:1:11: expected nothing after the last }, found b'],
    [
      'a = {} [1]',
      'type: /d/main.conf:1:5: an object cannot be joined with something of another kind',
    ],
    [
      'x = [ { a += 1 } ]',
      'syntax: /d/main.conf:1:11: += does not work inside a list; write the whole list',
    ],
    [
      'a =\n  ${?b',
      'syntax: /d/main.conf:2:7: expected } after the path of a substitution, found the end of the file',
    ],
    [
      'include url("http://h/x")',
      'include: /d/main.conf:1:13: a location on the network is not read; copy the file here and include the copy',
    ],
    [
      'include "https://h/x.conf"',
      'include: /d/main.conf:1:9: a location on the network is not read; copy the file here and include the copy',
    ],
    [
      'include = 1',
      'syntax: /d/main.conf:1:1: include needs a quoted name: include "other.conf", include required("other.conf") (a key of that name has to be quoted: "include")',
    ],
    [
      'include "x.properties"',
      'include: /d/main.conf:1:9: a properties file cannot be included; write its settings as HOCON',
    ],
    [
      'include required(classpath("x.conf"))',
      'include: /d/main.conf:1:1: the required file x.conf does not exist',
    ],
  ])('%j', (text, message) => {
    expect(error(text)).toBe(message);
  });

  test.each(['a = ${b}, b = ${a}', 'a.b.c = ${a}', 'a { b = [${a}] }', 'a = ${a}'])(
    'a value that holds itself: %s',
    (text) => {
      expect(error(text)).toMatch(/^substitution: .*refers to itself/);
    },
  );

  test('a mandatory substitution without value', () => {
    expect(error('a = 1\nb = ${no.such}')).toBe(
      'substitution: /d/main.conf:2:5: ${no.such} has no value, in these files or in the environment (or refers to itself); define it, or write ${?no.such} if it may be missing',
    );
  });

  test('quoted text, which may be a secret, is not repeated', () => {
    expect(error('PASSWORD = ["hunter2"} "hunter3"')).not.toContain('hunter');
    expect(error('a [ "hunter2" ]')).not.toContain('hunter');
  });
});

describe('origins', () => {
  test('every value knows its file, line and column', () => {
    const files = { '/d/sub/x.conf': '\n  y : z' };
    const result = parse('a {\n  b = """\n\n"""\n  c = 1\n}\ninclude "sub/x"\nd = ${a.c}', files);
    if (!result.ok) throw result.error;
    const root = result.value.value;
    const origin = (path: string): string => {
      const found = valueAt(root, path.split('.'));
      return found ? formatOrigin(found.origin) : 'none';
    };
    expect(['a.b', 'a.c', 'y', 'd'].map(origin)).toEqual([
      '/d/main.conf:2:7',
      '/d/main.conf:5:7',
      '/d/sub/x.conf:2:7',
      '/d/main.conf:5:7',
    ]);
    expect(result.value.files).toEqual(['/d/main.conf', '/d/sub/x.conf']);
  });
});

describe('includes', () => {
  test('what is missing is ignored and told', () => {
    const result = parse('a = 1\ninclude "gone.conf"');
    expect(result).toMatchObject({
      ok: true,
      value: { missing: [{ name: 'gone.conf', origin: { line: 2, column: 1 } }] },
    });
  });

  test('a name without extension means .conf over .json', () => {
    const files = { '/d/x.conf': 'a = conf', '/d/x.json': '{"a": "json", "b": "json"}' };
    expect(value('include "x"', files)).toEqual({ a: 'conf', b: 'json' });
  });

  test('substitutions of an included file look below the place of inclusion first', () => {
    const files = { '/d/x.conf': 'a = ${b}, c = ${d}, b = inner' };
    expect(value('b = outer, d = outer\np { include "x.conf" }', files)).toMatchObject({
      p: { a: 'inner', c: 'outer' },
    });
  });

  test('an optional substitution of an included file overrides only where it has a value', () => {
    const files = { '/d/x.conf': 'a = ${?A}, b = ${?B}' };
    expect(value('a = 1, b = 1\ninclude "x.conf"', files, { B: '2' })).toEqual({ a: 1, b: '2' });
  });

  test('files that include one another are an error', () => {
    const files = { '/d/x.conf': 'include "y.conf"', '/d/y.conf': 'include "x.conf"' };
    expect(error('include "x.conf"', files)).toBe(
      'include: /d/y.conf:1:1: files include one another: /d/main.conf includes /d/x.conf includes /d/y.conf includes /d/x.conf',
    );
  });

  test('a file that cannot be read is an error', () => {
    const result = parseHocon(
      { file: '/d/main.conf', text: 'include "x.conf"' },
      {
        env: {},
        readFile: () => {
          throw new Error('permission denied');
        },
      },
    );
    expect(result).toMatchObject({ ok: false, error: { kind: 'include' } });
  });
});

describe('substitutions', () => {
  test('the fallback is seen, and is not part of the result', () => {
    const fallback = parse('x { y = 5 }');
    if (!fallback.ok) throw fallback.error;
    const result = parseHocon(
      { file: 'f', text: 'a = ${x.y}, x.z = ${x.y}' },
      { env: {}, readFile: () => undefined, fallback: fallback.value.value },
    );
    if (!result.ok) throw result.error;
    expect(plainValue(result.value.value)).toEqual({ a: 5, x: { z: 5 } });
  });

  test.each([
    ['a = ${?a}x, a = ${?a}y', { a: 'xy' }],
    ['a { b = 1 }, a = ${a} { c = 2 }', { a: { b: 1, c: 2 } }],
    ['foo { a { c = 1 } }, foo = ${foo.a}, foo { a = 2 }', { foo: { a: 2, c: 1 } }],
    ['bar { foo = 42, baz = ${bar.foo} }, bar { foo = 43 }', { bar: { foo: 43, baz: 43 } }],
    ['b.c = ${?b}', { b: {} }],
    ['b.c = x, b.c = ${?b}', { b: { c: { c: 'x' } } }],
    ['x = ${?y}, y { z = ${?x} }', { x: {}, y: {} }],
    ['a = [1], a = [${a}, 2]', { a: [[1], 2] }],
    ['a { x = 1, y = ${a.x} }', { a: { x: 1, y: 1 } }],
    ['a = ${?b}, b = ${?a}', {}],
    ['a = ${?no}${?nope}', {}],
    ['a = 1, b = ${a}, a = 2', { a: 2, b: 2 }],
    ['a = 1, a = ${b}, b = ${c}, c = 3', { a: 3, b: 3, c: 3 }],
    ['d { e = ${d.f}1, f = 2 }', { d: { e: '21', f: 2 } }],
    ['a = null, b = ${a}', { a: null, b: null }],
  ])('%s', (text, expected) => {
    expect(value(text)).toEqual(expected);
  });

  test('a variable of the environment is one name, in exactly that case, and no inherited property', () => {
    expect(value('a = ${?A.B}, b = ${?a}, c = ${?toString}, d = ${?A}', {}, { A: 'x' })).toEqual({
      d: 'x',
    });
  });
});

describe('caps', () => {
  test.each([
    ['a long file', 'a'.repeat(limits.fileLength + 1)],
    ['deep objects', 'a {'.repeat(limits.depth + 1) + '}'.repeat(limits.depth + 1)],
    ['deep lists', `a = ${'['.repeat(100_000)}`],
    ['a long path', `${'a.'.repeat(100_000)}a = 1`],
    ['a long path of a substitution', `a = \${?${'a.'.repeat(100_000)}a}`],
    ['a long chain of substitutions', chain(5000, (next) => `\${a${next}}`)],
    ['texts that double', chain(40, (next) => `\${a${next}}\${a${next}}`)],
    ['lists that double', chain(40, (next) => `\${a${next}} \${a${next}}`, '[1, 2]')],
    ['objects that double', chain(40, (next) => `{ x = \${a${next}}, y = \${a${next}} }`)],
  ])('%s', (_name, text) => {
    expect(error(text)).toMatch(/^limit: /);
  });

  test('many includes', () => {
    const files: Record<string, string> = {};
    const text = Array.from({ length: limits.files }, (_, index) => {
      files[`/d/${index}.conf`] = 'a = 1';
      return `include "${index}.conf"`;
    }).join('\n');
    expect(error(text, files)).toMatch(/^limit: /);
  });

  test('includes within includes', () => {
    const files: Record<string, string> = {};
    for (let index = 0; index < 100; index += 1) {
      files[`/d/${index}.conf`] = `include "${index + 1}.conf"`;
    }
    expect(error('include "0.conf"', files)).toMatch(/^limit: /);
  });

  function chain(length: number, link: (next: number) => string, end = 'xx'): string {
    const lines = Array.from({ length }, (_, index) => `a${index} = ${link(index + 1)}`);
    return [...lines, `a${length} = ${end}`].join('\n');
  }
});

describe('laws', () => {
  /** JSON that JavaScript can hold: HOCON is a superset of it. */
  const json = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }), { noNullPrototype: true });

  test('JSON reads as itself', () => {
    fc.assert(
      fc.property(json, (object) => {
        const text = JSON.stringify(object);
        // Whole numbers beyond 64 bits are text, as in the reference library.
        fc.pre(!/\d{19}/.test(text));
        expect(value(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('a text never does worse than an error with its place', () => {
    const fragment = fc.constantFrom(
      ...['a', 'b.c', '"', '"""', '${', '${?', '}', '{', '[', ']', '=', ':', '+=', ',', '\n', ' '],
      ...[
        '#',
        '//',
        '1',
        '1e5',
        '.5',
        'true',
        'include',
        '"x"',
        '\\',
        '$',
        '\u00a0',
        '\r\n',
        'null',
      ],
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 40 }), (fragments) => {
        const result = parse(fragments.join(''));
        if (!result.ok) expect(result.error.message).toMatch(/^\/d\/main\.conf:\d+:\d+: ./);
      }),
      { numRuns: 2000 },
    );
  });
});
