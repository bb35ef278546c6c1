import type { IqRoute } from '../io/xmpp/iq-router.ts';
import { healthcheckRoute } from '../io/xmpp/standard-routes.ts';
import type { Colibri1 } from '../signaling/colibri1/colibri1.ts';
import { answerConference } from '../signaling/colibri1/colibri1-iq.ts';
import type { Colibri2 } from '../signaling/colibri2.ts';
import { answerConferenceModify } from '../signaling/colibri2-iq.ts';

/** What a focus may ask over XMPP; Jicofo sends `get`, others may send `set` (colibri2.md M1). */
export function iqRoutes(
  { colibri1, colibri2 }: { readonly colibri1: Colibri1; readonly colibri2: Colibri2 },
  fault: () => string | undefined,
): readonly IqRoute[] {
  return [
    {
      name: 'conference-modify',
      namespace: 'jitsi:colibri2',
      types: ['get', 'set'],
      access: 'focus',
      handler: answerConferenceModify(colibri2),
    },
    {
      name: 'conference',
      namespace: 'http://jitsi.org/protocol/colibri',
      types: ['get', 'set'],
      access: 'focus',
      handler: answerConference(colibri1),
    },
    healthcheckRoute(fault),
  ];
}
