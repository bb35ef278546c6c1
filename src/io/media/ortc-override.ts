// The one place that goes behind mediasoup's API. Its Node half chooses SSRCs, payload types and header extension ids
// itself; the worker uses whatever it is given. Jitsi prescribes all of them, so the functions that choose are replaced
// (mediasoup 3.27.1, exported as `mediasoup/ortc`, called through the module object). As a result a router's codecs do not matter.
import { createRequire } from 'node:module';
import { randomInt } from 'node:crypto';
import type * as ortcModule from 'mediasoup/ortc';
import type { types } from 'mediasoup';

type RtpParameters = types.RtpParameters;
type Ortc = { -readonly [K in keyof typeof ortcModule]: (typeof ortcModule)[K] };

const LARGEST_MAPPED_SSRC = 0xffff_0000;

/** What `transport.consume()` is given instead of capabilities: it passes through mediasoup's validation unread. */
export type ExactCapabilities = types.RtpCapabilities & { readonly exact: RtpParameters };

/** Wraps the parameters a consumer shall have, to be passed as `rtpCapabilities`. */
export function exactly(parameters: RtpParameters): ExactCapabilities {
  return { codecs: [], headerExtensions: [], exact: parameters };
}

/** What the pipe consumer that is being made gets: mediasoup asks for it before it waits for anything. */
let piped: RtpParameters | undefined;

/** `consume()` of a pipe transport, with these parameters. */
export function exactlyPiped(
  transport: types.PipeTransport,
  producerId: string,
  parameters: RtpParameters,
): Promise<types.Consumer> {
  piped = parameters;
  try {
    return transport.consume({ producerId });
  } finally {
    piped = undefined;
  }
}

let installed = false;

/** Replaces mediasoup's choices by ours, once per process. */
export function installExactParameters(): void {
  if (installed) return;
  installed = true;
  const ortc = createRequire(import.meta.url)('mediasoup/ortc') as Ortc;
  ortc.getProducerRtpParametersMapping = identityMapping;
  ortc.getConsumableRtpParameters = (_kind, parameters, _capabilities, mapping) => ({
    codecs: parameters.codecs,
    headerExtensions: [],
    encodings: (parameters.encodings ?? []).map((encoding, index) => ({
      ...(encoding.scalabilityMode !== undefined && { scalabilityMode: encoding.scalabilityMode }),
      ...optionalSsrc(mapping.encodings[index]?.mappedSsrc),
    })),
    rtcp: {
      ...(parameters.rtcp?.cname !== undefined && { cname: parameters.rtcp.cname }),
      reducedSize: true,
    },
  });
  ortc.getPipeConsumerRtpParameters = () => {
    if (!piped) throw new Error('a pipe consumer needs its exact parameters');
    return piped;
  };
  ortc.getConsumerRtpParameters = ({ consumableRtpParameters, remoteRtpCapabilities }) => {
    const { exact } = remoteRtpCapabilities as ExactCapabilities;
    return {
      ...exact,
      ...(consumableRtpParameters.rtcp && { rtcp: consumableRtpParameters.rtcp }),
    };
  };
}

/** Payload types stay what they are; the SSRC a producer's encoding has within the worker is arbitrary. */
function identityMapping(parameters: RtpParameters): ortcModule.RtpCodecsEncodingsMapping {
  const base = randomInt(1, LARGEST_MAPPED_SSRC);
  return {
    codecs: parameters.codecs.map(({ payloadType }) => ({
      payloadType,
      mappedPayloadType: payloadType,
    })),
    encodings: (parameters.encodings ?? []).map((encoding, index) => ({
      ...optionalSsrc(encoding.ssrc),
      mappedSsrc: base + index,
    })),
  };
}

function optionalSsrc(ssrc: number | undefined): { ssrc?: number } {
  return ssrc === undefined ? {} : { ssrc };
}
