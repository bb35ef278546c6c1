import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Findings } from '../../../src/config/findings.ts';
import type { Assignments } from '../../../src/config/sources/assignment.ts';
import { parseCommandLine } from '../../../src/config/sources/command-line.ts';
import { parseProperties } from '../../../src/config/sources/properties.ts';
import { parseShellFile } from '../../../src/config/sources/shell-file.ts';

function texts(assignments: Assignments): Record<string, string> {
  return Object.fromEntries([...assignments].map(([name, { text }]) => [name, text]));
}

describe('Java properties', () => {
  test.each<[string, Record<string, string>]>([
    ['a=1\nb:2\nc 3', { a: '1', b: '2', c: '3' }],
    ['  a  =  x y  ', { a: 'x y' }],
    ['# a=1\n! b=2\n\nc=3', { c: '3' }],
    ['a=1\r\nb=2\r\n', { a: '1', b: '2' }],
    ['a=x\\\n   y\\\n   z\nb=1', { a: 'xyz', b: '1' }],
    ['a=x\\\\\nb=1', { a: 'x\\', b: '1' }],
    ['a\\=b\\:c\\ d=1', { 'a=b:c d': '1' }],
    ['a=\\u00e9\\t\\q', { a: 'é\tq' }],
    ['a', { a: '' }],
    ['a=', { a: '' }],
    ['a = b = c', { a: 'b = c' }],
    ['a=1\na=2', { a: '2' }],
    ['\ufeffa=1', { a: '1' }],
    ['url=https://x/#y', { url: 'https://x/#y' }],
    ['__proto__=x', { ['__proto__']: 'x' }],
    ['', {}],
  ])('%j', (text, expected) => {
    expect(texts(parseProperties(text, 'p'))).toEqual(expected);
  });

  test('lines are counted where an entry starts', () => {
    const properties = parseProperties('# x\na=1\\\n  2\nb=3', 'p');
    expect([...properties.values()].map(({ origin }) => origin.line)).toEqual([2, 4]);
  });

  test('any name and value survive being written with escapes', () => {
    const escape = (text: string): string =>
      Array.from(
        { length: text.length },
        (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`,
      ).join('');
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), (name, value) => {
        const text = `${escape(name)}=${escape(value)}`;
        expect(parseProperties(text, 'p').get(name)?.text).toBe(value.trim());
      }),
    );
  });
});

describe('/etc/jitsi/videobridge/config', () => {
  test.each<[string, Record<string, string>]>([
    ['A=1\nB="2 3"\nC=\'4 $A\'', { A: '1', B: '2 3', C: '4 $A' }],
    ['# A=1\n; B=2\n  # C=3', {}],
    ['SECRET=x7#Qm@2pLt', { SECRET: 'x7#Qm@2pLt' }],
    ['A=', { A: '' }],
    ['A=1\nA=2', { A: '2' }],
    ['A="x \\\n  y"', { A: 'x   y' }],
    ['A=x\nB="$A ${A} $NONE-"', { A: 'x', B: 'x x -' }],
    ['A="say \\"hi\\" for \\$5"', { A: 'say "hi" for $5' }],
    ['A="1" # comment', { A: '1' }],
    ['export A=1', { A: '1' }],
    ['A=$(touch /tmp/x)\nB=`id`', { A: '$(touch /tmp/x)', B: '`id`' }],
    ['if [ -f x ]; then\n  A=1\nfi\nnot an assignment', { A: '1' }],
    ['JVB_OPTS="--apis=,"\r\n', { JVB_OPTS: '--apis=,' }],
  ])('%j', (text, expected) => {
    expect(texts(parseShellFile(text, 'c'))).toEqual(expected);
  });
});

describe('arguments', () => {
  const origin = { file: 'command line', line: 0, column: 0 };
  const parse = (...argv: string[]) => {
    const findings = new Findings();
    const { files, defines, component } = parseCommandLine(argv, origin, findings);
    return {
      files: Object.fromEntries(files),
      defines: texts(defines),
      component: texts(component),
      warnings: findings.warnings.map(({ key }) => key),
      problems: findings.problems.map(({ message }) => message),
    };
  };

  test('ours and those of the component era, with one dash or two', () => {
    expect(
      parse(
        ...['--config', 'a.conf', '-properties=p', '--environment-file=e'],
        ...['-Dx.y=1=2', '--host=h', '-domain=d', '--secret=s=t', '--apis='],
      ),
    ).toEqual({
      files: { config: 'a.conf', properties: 'p', 'environment-file': 'e' },
      defines: { 'x.y': '1=2' },
      component: { host: 'h', domain: 'd', secret: 's=t', apis: '' },
      warnings: [],
      problems: [],
    });
  });

  test('what is unknown is passed over, and its value is not repeated', () => {
    expect(parse('--sekret=hunter2', 'stray', '--host=').warnings).toEqual(['--sekret', 'stray']);
  });

  test('a file flag without a file is a problem', () => {
    expect(parse('--config').problems).toEqual(['--config needs a file: --config FILE']);
    expect(parse('--config=').problems).toEqual(['--config needs a file: --config FILE']);
  });
});
