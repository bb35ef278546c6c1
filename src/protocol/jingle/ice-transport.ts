import type { XmlElement } from '../../base/xml-element.ts';
import type { IceCredentials, RemoteTransport } from '../../model/transport.ts';
import { withoutUndefined } from '../../base/without-undefined.ts';
import { element } from '../xml/element.ts';
import type { ElementReader } from '../xml/element-reader.ts';
import { uint32 } from './attributes.ts';
import { candidateAttributes, decodeCandidate } from './candidate.ts';
import { decodeFingerprint } from './fingerprint.ts';
import { limits } from './limits.ts';
import { namespaces } from './namespaces.ts';

/** An ICE-UDP `<transport>`: one side's credentials, candidates and certificates, and the bridge channel's addresses. */
export type IceTransport = RemoteTransport & { readonly webSocketUrls: readonly string[] };

/** RFC 8445 §5.3: what is longer is not a ufrag or password. */
const maxCredentialLength = 256;

export function iceCredentials(
  ufrag: string | undefined,
  pwd: string | undefined,
): IceCredentials | undefined {
  if (!isCredential(ufrag) || !isCredential(pwd)) return undefined;
  return { ufrag, pwd };
}

/** An ICE restart's round: 1 and up (colibri2.md §3.10); anything else is no round. */
export function iceGeneration(value: string | undefined): number | undefined {
  const generation = uint32(value);
  return generation === 0 ? undefined : generation;
}

/** Reads an ICE-UDP transport. Nothing in it can fail a request: the client wrote it and the focus only passed it on. */
export function decodeIceTransport(reader: ElementReader): IceTransport {
  return withoutUndefined({
    credentials: iceCredentials(reader.tolerant('ufrag'), reader.tolerant('pwd')),
    candidates: reader
      .firstChildren('candidate', namespaces.ice, limits.candidates)
      .map((candidate) => decodeCandidate((name) => candidate.tolerant(name)))
      .filter((candidate) => candidate !== undefined),
    fingerprints: reader
      .firstChildren('fingerprint', namespaces.dtls, limits.fingerprints)
      .map((fingerprint) =>
        decodeFingerprint({
          hash: fingerprint.tolerant('hash'),
          setup: fingerprint.tolerant('setup'),
          value: fingerprint.text(),
        }),
      )
      .filter((fingerprint) => fingerprint !== undefined),
    iceGeneration: iceGeneration(reader.tolerant('ice-generation')),
    webSocketUrls: reader
      .firstChildren('web-socket', namespaces.colibri, limits.webSockets)
      .map((webSocket) => webSocket.tolerant('url'))
      .filter((url) => url !== undefined),
  });
}

export function encodeIceTransport(transport: IceTransport): XmlElement {
  const { credentials, candidates, fingerprints, webSocketUrls } = transport;
  return element(
    'transport',
    {
      xmlns: namespaces.ice,
      ufrag: credentials?.ufrag,
      pwd: credentials?.pwd,
      'ice-generation': transport.iceGeneration,
    },
    [
      element('rtcp-mux'),
      ...fingerprints.map(({ hash, setup, value }) =>
        element('fingerprint', { xmlns: namespaces.dtls, hash, setup }, [value]),
      ),
      ...webSocketUrls.map((url) => element('web-socket', { xmlns: namespaces.colibri, url })),
      ...candidates.map((candidate, index) =>
        element('candidate', candidateAttributes(candidate, `c${index + 1}`)),
      ),
    ],
  );
}

function isCredential(value: string | undefined): value is string {
  return value !== undefined && value.length > 0 && value.length <= maxCredentialLength;
}
