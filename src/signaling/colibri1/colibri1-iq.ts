import type { XmlElement } from '../../base/xml-element.ts';
import {
  decodeConference,
  encodeConference,
  encodeGracefulShutdown,
} from '../../protocol/colibri1/conference-xml.ts';
import type { IqReply } from '../colibri2-iq.ts';
import type { Colibri1 } from './colibri1.ts';
import type { Colibri1Error } from './colibri1-error.ts';

/** The XMPP face: `<conference>` in, `<conference>` or an error out; `get` and `set` are the same (colibri1.md §2). */
export function answerConference(
  colibri1: Colibri1,
): (payload: XmlElement, from: string) => Promise<IqReply> {
  return async (payload, from) => {
    const answer = await colibri1.request(decodeConference(payload), from);
    return answer.ok
      ? { type: 'result', payload: encodeConference(answer.value) }
      : iqError(answer.error);
  };
}

/** colibri1.md §2.8. */
function iqError({ code, text }: Colibri1Error): IqReply {
  const error = { type: 'error', text, extensions: [] } as const;
  switch (code) {
    case 'conference-not-found':
    case 'bad-request':
      return { ...error, errorType: 'modify', condition: 'bad-request' };
    case 'graceful-shutdown':
      return {
        ...error,
        errorType: 'cancel',
        condition: 'service-unavailable',
        extensions: [encodeGracefulShutdown()],
      };
    case 'unreadable':
    case 'internal':
      return { ...error, errorType: 'cancel', condition: 'internal-server-error' };
  }
}
