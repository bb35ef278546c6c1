import type { XmlElement } from '../base/xml-element.ts';
import type { CommandError } from '../conference/commands.ts';
import { encodeConferenceModified } from '../protocol/colibri2/conference-modified-xml.ts';
import { decodeConferenceModify } from '../protocol/colibri2/conference-modify-xml.ts';
import { encodeErrorExtensions } from '../protocol/colibri2/error-element.ts';
import type { Colibri2 } from './colibri2.ts';
import { wireError } from './command-error-table.ts';

/** The outcome of an IQ request, before it has an address. */
export type IqReply =
  | { readonly type: 'result'; readonly payload?: XmlElement }
  | {
      readonly type: 'error';
      readonly errorType: 'cancel' | 'modify';
      /** A defined condition of RFC 6120 §8.3.3. */
      readonly condition: string;
      readonly text: string;
      /** Stand inside `<error>`, after the text. */
      readonly extensions: readonly XmlElement[];
    };

/** The XMPP face: `<conference-modify>` in, `<conference-modified>` or an error out. */
export function answerConferenceModify(
  colibri2: Colibri2,
): (payload: XmlElement) => Promise<IqReply> {
  return async (payload) => {
    const answer = await colibri2(decodeConferenceModify(payload));
    return answer.ok
      ? { type: 'result', payload: encodeConferenceModified(answer.value) }
      : iqError(answer.error);
  };
}

function iqError(error: CommandError): IqReply {
  const { condition, errorType, reason } = wireError(error);
  const endpointId = error.code === 'unknown-endpoint' ? error.endpointId : undefined;
  return {
    type: 'error',
    errorType,
    condition,
    text: error.text,
    extensions: reason === undefined ? [] : encodeErrorExtensions(reason, endpointId),
  };
}
