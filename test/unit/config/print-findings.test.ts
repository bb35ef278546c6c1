import { expect, test } from 'vitest';
import { printFindings } from '../../../src/config/documentation/print-findings.ts';
import { loaded, loadFiles } from './load-text.ts';

test('every key that is not obeyed is told with its place, by level, as comments', () => {
  const { warnings } = loaded(`videobridge {
  cc.jvb-lastn = 5
  apis.xmpp-client.jid-cache-size = 9
  websockets.domain = "x:1"
}
videobridge.apis.rest.enabled = true
`);
  expect(printFindings(warnings)).toBe(`
# Warnings: not obeyed, or not as it may be meant
#   /etc/b/jvb.conf:2:18: videobridge.cc.jvb-lastn: nobody reads this key; did you mean videobridge.cc.jvb-last-n? (unknown-key)

# Worth knowing
#   /etc/b/jvb.conf:4:23: videobridge.websockets.domain: is the singular form, still read; the list is videobridge.websockets.domains (legacy-name)

# Without meaning here; nothing is lost
#   /etc/b/jvb.conf:3:37: videobridge.apis.xmpp-client.jid-cache-size: A cache of Smack. (no-equivalent)
`);
});

test('nothing to tell is nothing', () => {
  const files = { '/a.conf': 'videobridge.apis.rest.enabled = true' };
  const result = loadFiles(files, ['--config=/a.conf']);
  expect(result.ok && printFindings(result.value.warnings)).toBe('');
});
