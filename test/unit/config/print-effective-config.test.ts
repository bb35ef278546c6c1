import { expect, test } from 'vitest';
import { printEffectiveConfig } from '../../../src/config/documentation/print-effective-config.ts';
import { loaded, loadFiles } from './load-text.ts';

const conf = `
videobridge {
  apis.xmpp-client.configs."a.b" {
    hostname = h, username = u, password = hunter2, muc_jids = "r@m, s@m", muc_nickname = n
  }
  http-servers.private { key-store-path = /k, key-store-password = hunter2 }
  websockets.domain = "x:1"
}
ice4j.harvest.mapping.static-mappings = [{ local-address = "10.0.0.1", public-address = "1.1.1.1" }]
`;
const files = {
  '/etc/b/sip-communicator.properties': 'org.jitsi.videobridge.health.INTERVAL=1000',
};

test('what is set is shown with its place and without secrets', () => {
  expect(printEffectiveConfig(loaded(conf, files))).toBe(`videobridge {
  http-servers.private {
    # /etc/b/jvb.conf:6:43
    key-store-path = "/k"

    # /etc/b/jvb.conf:6:68
    key-store-password = "***"
  }

  websockets {
    # /etc/b/jvb.conf:7:23
    domain = "x:1"
  }

  health {
    # /etc/b/sip-communicator.properties:1:1 (org.jitsi.videobridge.health.INTERVAL)
    interval = "1000 ms"
  }

  apis.xmpp-client.configs."a.b" {
    HOSTNAME = "h"
    PORT = 5222
    DOMAIN = "h"
    USERNAME = "u"
    PASSWORD = "***"
    MUC_JIDS = "r@m,s@m"
    MUC_NICKNAME = "n"
    SECURITY_MODE = "required"
    DISABLE_CERTIFICATE_VERIFICATION = false
    IQ_HANDLER_MODE = "sync"
  }
}

ice4j.harvest.mapping {
  # /etc/b/jvb.conf:9:41
  static-mappings = [{ local-address = "10.0.0.1", public-address = "1.1.1.1" }]
}
`);
});

test('what is shown gives the same configuration again', () => {
  const first = loaded('videobridge { apis.rest.enabled = true, websockets.domains = [a, "b c"] }');
  for (const defaults of [false, true]) {
    const files = { '/again.conf': printEffectiveConfig(first, defaults) };
    const again = loadFiles(files, ['--config=/again.conf']);
    if (!again.ok) throw again.error;
    expect(again.value.config.websockets).toEqual(first.config.websockets);
    expect(again.value.config.health).toEqual(first.config.health);
  }
});
