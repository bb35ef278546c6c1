import type { XmlElement } from '../../base/xml-element.ts';
import type { PayloadType, RtcpFeedback } from '../../model/media-description.ts';
import { element } from '../xml/element.ts';
import type { ElementReader } from '../xml/element-reader.ts';
import { withoutUndefined } from '../../base/without-undefined.ts';
import { limits, range } from './limits.ts';
import { namespaces } from './namespaces.ts';

/** Reads `<payload-type>` of XEP-0167 with its `<parameter>` and `<rtcp-fb>` (XEP-0293) children. */
export function decodePayloadType(reader: ElementReader): PayloadType {
  return decodePayloadTypeIn(namespaces.rtp, reader);
}

/** The first Colibri has the same elements in a namespace of its own. */
export function decodePayloadTypeIn(namespace: string, reader: ElementReader): PayloadType {
  return {
    id: reader.requiredInteger('id', range.payloadType),
    name: reader.required('name'),
    clockRateHz: reader.requiredInteger('clockrate', range.clockRate),
    channels: reader.integer('channels', range.channels) ?? 1,
    parameters: Object.fromEntries(
      reader
        .children('parameter', namespace, limits.parameters)
        .map((parameter) => [parameter.optional('name') ?? '', parameter.optional('value') ?? '']),
    ),
    feedback: reader
      .children('rtcp-fb', namespaces.feedback, limits.feedbacks)
      .map((feedback): RtcpFeedback =>
        withoutUndefined({
          type: feedback.required('type'),
          subtype: feedback.optional('subtype'),
        }),
      ),
  };
}

export function encodePayloadType(payloadType: PayloadType): XmlElement {
  return encodePayloadTypeIn(namespaces.rtp, payloadType);
}

export function encodePayloadTypeIn(namespace: string, payloadType: PayloadType): XmlElement {
  const { id, name, clockRateHz, channels, parameters, feedback } = payloadType;
  return element(
    'payload-type',
    {
      xmlns: namespace,
      id,
      name,
      clockrate: clockRateHz,
      channels: channels === 1 ? undefined : channels,
    },
    [
      ...Object.entries(parameters).map(([key, value]) =>
        element('parameter', { name: key === '' ? undefined : key, value }),
      ),
      ...feedback.map(({ type, subtype }) =>
        element('rtcp-fb', { xmlns: namespaces.feedback, type, subtype }),
      ),
    ],
  );
}
