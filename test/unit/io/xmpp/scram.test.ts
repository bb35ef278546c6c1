import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScramExchange } from '../../../../src/io/xmpp/scram.ts';

const user = { username: 'user', password: 'pencil' };

describe('SCRAM', () => {
  it('speaks the example of RFC 5802 §5', async () => {
    const scram = new ScramExchange('sha1', user, 'fyko+d2lbbFgONRv9qkxdawL');
    expect(scram.clientFirst()).toBe('n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL');
    const nonce = 'fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j';
    expect(await scram.clientFinal(`r=${nonce},s=QSXCR+Q6sek8bf92,i=4096`)).toBe(
      `c=biws,r=${nonce},p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=`,
    );
    expect(scram.verify('v=rmF9pqV8S7suAoZWja4dJRkFsKQ=')).toBe(true);
  });

  it('speaks the example of RFC 7677 §3', async () => {
    const scram = new ScramExchange('sha256', user, 'rOprNGfwEbeRWgbNEkqO');
    const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
    expect(await scram.clientFinal(`r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`)).toBe(
      `c=biws,r=${nonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`,
    );
    expect(scram.verify('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')).toBe(true);
  });

  it('does not believe a server that cannot prove it knows the password', async () => {
    const scram = new ScramExchange('sha1', user, 'abc');
    expect(scram.verify('v=rmF9pqV8S7suAoZWja4dJRkFsKQ=')).toBe(false);
    await scram.clientFinal('r=abcdef,s=QSXCR+Q6sek8bf92,i=1');
    expect(scram.verify('v=rmF9pqV8S7suAoZWja4dJRkFsKQ=')).toBe(false);
    expect(scram.verify('')).toBe(false);
  });

  it.each([
    ['a nonce that is not ours', 'r=other,s=QSXCR+Q6sek8bf92,i=1'],
    ['no nonce of its own', 'r=abc,s=QSXCR+Q6sek8bf92,i=1'],
    ['no salt', 'r=abcdef,i=1'],
    ['no count', 'r=abcdef,s=QSXCR+Q6sek8bf92'],
    ['a count that would take hours', 'r=abcdef,s=QSXCR+Q6sek8bf92,i=2000000000'],
    ['nothing', ''],
  ])('refuses a challenge with %s', async (_name, challenge) => {
    const scram = new ScramExchange('sha1', user, 'abc');
    await expect(scram.clientFinal(challenge)).rejects.toThrow(/^login failed/);
  });

  it('escapes what separates fields in a name', () => {
    expect(new ScramExchange('sha1', { ...user, username: 'a,b=c' }, 'n').clientFirst()).toBe(
      'n,,n=a=2Cb=3Dc,r=n',
    );
  });

  it('never fails in another way, whatever the server says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (challenge) => {
        const scram = new ScramExchange('sha1', user, 'abc');
        await expect(scram.clientFinal(challenge)).rejects.toThrow(/^login failed/);
      }),
    );
  });
});
