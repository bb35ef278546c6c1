import type { XmlElement } from '../../base/xml-element.ts';
import { element } from './xml.ts';

/** RFC 6120 §8.3.2. */
export type IqErrorType = 'auth' | 'cancel' | 'continue' | 'modify' | 'wait';

/** The outcome of a request, before it has an address. */
export type IqReply =
  | { readonly type: 'result'; readonly payload?: XmlElement }
  | {
      readonly type: 'error';
      readonly errorType: IqErrorType;
      /** A defined condition of RFC 6120 §8.3.3, e.g. `item-not-found`. */
      readonly condition: string;
      readonly text?: string;
      /** Application-specific conditions, inside `<error>` after the text. */
      readonly extensions?: readonly XmlElement[];
    };

const stanzaErrors = 'urn:ietf:params:xml:ns:xmpp-stanzas';

/** An error reply without extensions. */
export function iqError(
  errorType: IqErrorType,
  condition: string,
  text?: string,
): Extract<IqReply, { type: 'error' }> {
  return { type: 'error', errorType, condition, ...(text === undefined ? {} : { text }) };
}

/** Addresses a reply to whoever sent `request`. Our own address is left to the server, or to the component. */
export function replyStanza(request: XmlElement, reply: IqReply): XmlElement {
  const attrs = { type: reply.type, id: request.attrs['id'], to: request.attrs['from'] };
  if (reply.type === 'result') {
    return element('iq', attrs, ...(reply.payload ? [reply.payload] : []));
  }
  return element('iq', attrs, errorElement(reply));
}

function errorElement(error: Extract<IqReply, { type: 'error' }>): XmlElement {
  const text =
    error.text === undefined
      ? []
      : [element('text', { xmlns: stanzaErrors, 'xml:lang': 'en' }, error.text)];
  return element(
    'error',
    { type: error.errorType },
    element(error.condition, { xmlns: stanzaErrors }),
    ...text,
    ...(error.extensions ?? []),
  );
}
