import { describe, expect, it } from 'vitest';
import {
  describeFailure,
  describeLoginRefusal,
  describeRoomRefusal,
  describeStreamError,
} from '../../../../src/io/xmpp/failure-reason.ts';
import { element } from '../../../../src/io/xmpp/xml.ts';

const withFields = (fields: object) => Object.assign(new Error('raw'), fields);

describe('a failure in words', () => {
  it.each([
    [withFields({ code: 'ECONNREFUSED' }), /nothing listens/],
    [withFields({ code: 'ENOTFOUND' }), /does not resolve/],
    [withFields({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }), /^certificate not trusted: self-signed/],
    [withFields({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }), /another name than DOMAIN/],
    [withFields({ name: 'TimeoutError', message: '' }), /did not answer in time/],
    [withFields({ code: 'EODD' }), 'raw (EODD)'],
    ['not an error', 'unknown reason'],
  ])('%o', (error, expected) => {
    expect(describeFailure(error)).toMatch(expected);
  });

  it('names why a stream was ended', () => {
    const text = element('text', {}, 'why');
    const streamError = (condition: string) =>
      element('stream:error', {}, element(condition), text);
    expect(describeStreamError(streamError('host-unknown'))).toMatch(
      /does not serve DOMAIN \(why\)/,
    );
    expect(describeStreamError(streamError('odd'))).toBe('the server says odd (why)');
    expect(describeStreamError(element('stream:error'))).toBe('the server says no reason given');
  });

  it('names what is wrong with a login', () => {
    const failure = (condition: string) => element('failure', {}, element(condition));
    expect(describeLoginRefusal(failure('not-authorized'))).toMatch(/wrong USERNAME or PASSWORD/);
    expect(describeLoginRefusal(failure('odd'))).toBe('login refused: odd');
    expect(describeLoginRefusal(element('failure'))).toBe('login refused: no reason given');
  });

  it('names what is wrong with a room', () => {
    const presence = (...parts: Parameters<typeof element>[2][]) =>
      element('presence', { type: 'error' }, element('error', {}, ...parts));
    expect(describeRoomRefusal(presence(element('conflict')))).toMatch(/nickname in use/);
    expect(describeRoomRefusal(presence(element('text', {}, 'Sorry'), element('forbidden')))).toBe(
      'banned from the room (Sorry)',
    );
    expect(describeRoomRefusal(element('presence'))).toBe('no reason given');
  });
});
