import { type Bridge, BridgeError, type BridgeFailure } from '../../../demo/focus/bridge.ts';
import { toLibraryElement } from '../../../src/io/xmpp/library-element.ts';
import type { ConferenceModified } from '../../../src/protocol/colibri2/conference-modified.ts';
import { decodeConferenceModified } from '../../../src/protocol/colibri2/conference-modified-xml.ts';
import type { ConferenceModify } from '../../../src/protocol/colibri2/conference-modify.ts';
import { encodeConferenceModify } from '../../../src/protocol/colibri2/conference-modify-xml.ts';
import { decodeStanzaError } from '../../../src/protocol/colibri2/stanza-error.ts';
import { child, type Occupant } from '../../support/prosody/occupant.ts';

const failures: Readonly<Record<string, BridgeFailure>> = {
  conference_not_found: 'conference-lost',
  unknown_endpoint: 'endpoint-lost',
};

/** A bridge reached as Jicofo reaches it: requests to its occupant in the brewery. */
export class XmppBridge implements Bridge {
  readonly #focus: Occupant;
  readonly #address: string;

  constructor(focus: Occupant, address: string) {
    this.#focus = focus;
    this.#address = address;
  }

  async request(request: ConferenceModify): Promise<ConferenceModified> {
    const payload = toLibraryElement(encodeConferenceModify(request));
    const reply = await this.#focus.request(this.#address, payload);
    const modified = child(reply, 'conference-modified');
    const answer = modified && decodeConferenceModified(modified);
    if (answer?.ok) return answer.value;
    const errorElement = child(reply, 'error');
    const error = errorElement && decodeStanzaError(errorElement);
    if (!error?.ok) throw new BridgeError('refused', 'the answer cannot be read');
    const { condition, reason = '', text = '' } = error.value;
    throw new BridgeError(failures[reason] ?? 'refused', `${condition} ${reason} ${text}`);
  }

  /** Jicofo has no such request. */
  inspect(): Promise<unknown> {
    return Promise.resolve(undefined);
  }
}
