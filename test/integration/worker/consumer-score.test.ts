import { expect, it } from 'vitest';
import { openBarePair } from '../../support/rtp/bare-pair.ts';
import { consume } from '../../support/rtp/bare-worker.ts';
import { audioParameters, payloadType } from '../../support/rtp/jitsi-parameters.ts';
import { until } from '../../support/until.ts';

it('that changes with its source is told of the source alone', async () => {
  const { bare, sender, receiver } = await openBarePair();
  const rtpParameters = audioParameters({ ssrc: 1000 });
  const producer = await sender.transport.produce({ kind: 'audio', rtpParameters });
  const consumer = await consume(receiver.transport, producer, audioParameters({ ssrc: 2000 }));
  const told = { source: 0, receiver: 0 };
  producer.on('score', () => (told.source += 1));
  consumer.on('score', () => (told.receiver += 1));
  for (let packet = 1; packet <= 5; packet += 1) {
    sender.send({
      payloadType: payloadType.opus,
      sequenceNumber: packet,
      timestamp: packet * 960,
      ssrc: 1000,
      marker: false,
      payload: Buffer.alloc(50, 1),
    });
  }
  await until(() => (receiver.rtp.length === 5 ? undefined : `${receiver.rtp.length} came`));
  await until(() => (told.source > 0 ? undefined : 'no score of the source'));
  await bare.worker.getResourceUsage(); // an answer comes after what was told before
  await new Promise(setImmediate);
  expect(told.receiver).toBe(0);
});
