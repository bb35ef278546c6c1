// Why a connection or a join failed, in words that say what to do. None of them holds a password.
import type { XmlElement } from '../../base/xml-element.ts';
import { childElements, findChild, textOf } from './xml.ts';

/** A failure whose message is already in our words. */
export class XmppLinkError extends Error {
  override readonly name = 'XmppLinkError';
}

const connectionReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused: nothing listens at this HOSTNAME and PORT',
  ECONNRESET: 'the server reset the connection',
  EHOSTUNREACH: 'no route to the server',
  ENETUNREACH: 'no route to the server',
  ENOTFOUND: 'HOSTNAME does not resolve to an address',
  EAI_AGAIN: 'HOSTNAME does not resolve for now: the name server did not answer',
  EPIPE: 'the server closed the connection',
  ETIMEDOUT: 'the server did not answer',
};

const untrusted = 'certificate not trusted';
const certificateReasons: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: `${untrusted}: self-signed and not in the CA bundle`,
  SELF_SIGNED_CERT_IN_CHAIN: `${untrusted}: its root is not in the CA bundle`,
  UNABLE_TO_GET_ISSUER_CERT: `${untrusted}: its issuer is not in the CA bundle`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `${untrusted}: its issuer is not in the CA bundle`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `${untrusted}: its issuer is not in the CA bundle`,
  CERT_HAS_EXPIRED: `${untrusted}: expired`,
  CERT_NOT_YET_VALID: `${untrusted}: not yet valid (is the clock right?)`,
  CERT_REVOKED: `${untrusted}: revoked`,
  ERR_TLS_CERT_ALTNAME_INVALID: `${untrusted}: issued for another name than DOMAIN`,
};

/** SASL conditions (RFC 6120 §6.5). */
const loginReasons: Readonly<Record<string, string>> = {
  'account-disabled': 'login refused: the account is disabled',
  'credentials-expired': 'login refused: the password has expired',
  'encryption-required': 'login refused: the server wants TLS first',
  'invalid-mechanism': 'login refused: no SASL mechanism in common',
  'not-authorized': 'login refused: wrong USERNAME or PASSWORD',
  'temporary-auth-failure': 'login refused for now: the server could not check the password',
};

/** Stream conditions (RFC 6120 §4.9.3). */
const streamReasons: Readonly<Record<string, string>> = {
  conflict: 'the server ended this session for another one with the same address',
  'connection-timeout': 'the server heard nothing from us',
  'host-unknown': 'the server does not serve DOMAIN',
  'host-gone': 'the server no longer serves DOMAIN',
  'not-authorized': 'the server refused us: wrong secret, or not logged in',
  'not-well-formed': 'the server found our stream not well-formed',
  'policy-violation': 'the server ended the stream for a broken rule of its own',
  reset: 'the server asks for a new stream',
  'resource-constraint': 'the server lacks resources',
  'see-other-host': 'the server points to another host: set HOSTNAME to it',
  'system-shutdown': 'the server is shutting down',
};

/** Puts whatever a connection attempt or a stream failed with into words. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  if (error instanceof XmppLinkError) return error.message;
  const code = codeOf(error);
  const known = code && (connectionReasons[code] ?? certificateReasons[code]);
  if (known) return known;
  if (error.name === 'TimeoutError') return 'the server did not answer in time';
  return `${error.message || error.name}${code ? ` (${code})` : ''}`;
}

/** Why the server ended the stream with `<stream:error>`. */
export function describeStreamError(streamError: XmlElement): string {
  const { condition, text } = conditionOf(streamError);
  return `${streamReasons[condition] ?? `the server says ${condition}`}${text}`;
}

/** Why a login was answered with `<failure>`. */
export function describeLoginRefusal(failure: XmlElement): string {
  const { condition, text } = conditionOf(failure);
  return `${loginReasons[condition] ?? `login refused: ${condition}`}${text}`;
}

/** MUC refusals (XEP-0045 §7.2). */
const roomReasons: Readonly<Record<string, string>> = {
  conflict: 'nickname in use: MUC_NICKNAME must be unique in the room',
  forbidden: 'banned from the room',
  'item-not-found': 'the room does not exist, is locked, or no longer knows us',
  'jid-malformed': 'MUC_NICKNAME is missing or not a valid nickname',
  'not-acceptable': 'the room does not accept this nickname, or no longer knows us',
  'not-allowed': 'we may not create this room, or not reach its service: check MUC_JIDS',
  'not-authorized': 'the room wants a password',
  'registration-required': 'the room is for members only',
  'remote-server-not-found': 'the server knows no such MUC service: check MUC_JIDS',
  'remote-server-timeout': 'the MUC service does not answer',
  'service-unavailable': 'the room is full, or the MUC service is not running',
};

/** Why a room sent a presence of type `error`. */
export function describeRoomRefusal(presence: XmlElement): string {
  const { condition, text } = conditionOf(findChild(presence, 'error'));
  return `${roomReasons[condition] ?? condition}${text}`;
}

function conditionOf(error: XmlElement | undefined): { condition: string; text: string } {
  const parts = error ? childElements(error) : [];
  const text = parts.find(({ name }) => name === 'text');
  return {
    condition: parts.find(({ name }) => name !== 'text')?.name ?? 'no reason given',
    text: text ? ` (${textOf(text)})` : '',
  };
}

function codeOf(error: Error): string | undefined {
  const value: unknown = Reflect.get(error, 'code');
  return typeof value === 'string' && value !== '' ? value : undefined;
}
