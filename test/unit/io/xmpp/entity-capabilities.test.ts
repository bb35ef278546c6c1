import { describe, expect, it } from 'vitest';
import {
  bridgeFeatures,
  capsElement,
  capsVer,
  clientCapabilities,
  componentCapabilities,
  discoInfo,
} from '../../../../src/io/xmpp/entity-capabilities.ts';

describe('the verification string', () => {
  it('is that of the example in XEP-0115 §5.2', () => {
    const exodus = {
      identity: { category: 'client', type: 'pc', name: 'Exodus 0.9.1' },
      features: [
        'http://jabber.org/protocol/muc',
        'http://jabber.org/protocol/disco#items',
        'http://jabber.org/protocol/disco#info',
        'http://jabber.org/protocol/caps',
      ],
    };
    expect(capsVer(exodus)).toBe('QgayPKawpkPSDYmwT/WM94uAlu0=');
  });
});

describe('service discovery', () => {
  it('lists all four features without which a focus of 2018 takes nothing for a bridge', () => {
    expect(bridgeFeatures).toEqual(
      expect.arrayContaining([
        'http://jitsi.org/protocol/colibri',
        'urn:xmpp:jingle:apps:dtls:0',
        'urn:xmpp:jingle:transports:ice-udp:1',
        'urn:xmpp:jingle:transports:raw-udp:1',
      ]),
    );
    expect(new Set(bridgeFeatures).size).toBe(bridgeFeatures.length);
  });

  it('shows the component as JitsiVideobridge', () => {
    const [identity] = discoInfo(componentCapabilities, undefined)?.children ?? [];
    expect(identity).toMatchObject({
      attrs: { category: 'component', type: 'conference', name: 'JitsiVideobridge' },
    });
  });

  it('answers for the node its presence names, and for no other', () => {
    const { node, ver } = capsElement(clientCapabilities).attrs;
    const advertised = `${node ?? ''}#${ver ?? ''}`;
    expect(discoInfo(clientCapabilities, advertised)?.attrs['node']).toBe(advertised);
    expect(discoInfo(clientCapabilities, 'urn:other')).toBeUndefined();
  });
});
