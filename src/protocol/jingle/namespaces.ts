/** XML namespaces of the Jingle vocabulary that both Colibris borrow (colibri2.md §2, colibri1.md §1.1). */
export const namespaces = {
  rtp: 'urn:xmpp:jingle:apps:rtp:1',
  feedback: 'urn:xmpp:jingle:apps:rtp:rtcp-fb:0',
  headerExtension: 'urn:xmpp:jingle:apps:rtp:rtp-hdrext:0',
  ssma: 'urn:xmpp:jingle:apps:rtp:ssma:0',
  ice: 'urn:xmpp:jingle:transports:ice-udp:1',
  dtls: 'urn:xmpp:jingle:apps:dtls:0',
  /** The first Colibri: still the namespace of `<web-socket>` and of `<stats>` in presence. */
  colibri: 'http://jitsi.org/protocol/colibri',
  /** `<ssrc-info>` inside a `<source>`. */
  jitmeet: 'http://jitsi.org/jitmeet',
} as const;
