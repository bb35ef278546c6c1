import { expect, it } from 'vitest';
import { maskedCommandLine } from '../../../src/cli/hide-secrets.ts';

it('masks the values of secret arguments, and leaves a line without them alone', () => {
  const argv = ['node', 'main.js', '--host=h', '--secret=x7#Qm@2pLt', '-Da.keyStorePassword=y=z'];
  expect(maskedCommandLine(argv)).toBe(
    'node main.js --host=h --secret=*** -Da.keyStorePassword=***',
  );
  expect(maskedCommandLine(['node', 'main.js', '--secret=', '--host=secret'])).toBeUndefined();
});
