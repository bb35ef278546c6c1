import { xml } from '@xmpp/client';
import { expect, it } from 'vitest';
import { BridgeProcess } from '../../support/bridge/bridge-process.ts';
import { FocusConference, microphone } from '../../support/bridge/focus-conference.ts';
import { joinAsOccupant } from '../../support/prosody/occupant.ts';
import { startProsody } from '../../support/prosody/prosody.ts';
import { until } from '../../support/until.ts';

const jid = 'jitsi-videobridge.meet.test';

it('is the component that the flags of 2018 describe, and answers Colibri2 as one', async () => {
  const prosody = await startProsody({ components: { [jid]: 'bridge-pass' } });
  const focus = await joinAsOccupant(prosody);
  const bridge = await BridgeProcess.start({
    args: [
      '--apis=xmpp,rest',
      '--host=127.0.0.1',
      `--port=${prosody.componentPort}`,
      '--domain=meet.test',
      '--secret=bridge-pass',
    ],
  });
  try {
    const healthcheck = xml('healthcheck', { xmlns: 'http://jitsi.org/protocol/healthcheck' });
    await until(async () => {
      const { attrs } = await focus.request(jid, healthcheck);
      return attrs['type'] === 'result' ? undefined : 'the component is not there';
    });
    const conference = new FocusConference(focus, jid, 'by-component');
    const client = await conference.join('aaaaaaaa', [microphone('aaaaaaaa', 1001)]);
    await until(() => (client.connected ? undefined : client.state));
    client.close();
    expect(JSON.stringify(bridge.log)).not.toContain('bridge-pass');
  } finally {
    await bridge.stop();
    await focus.leave();
    await prosody.close();
  }
});
