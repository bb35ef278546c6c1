import { expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { WorkerMessages } from '../../support/worker-messages.ts';
import { openConference, startPlane } from './media-fixture.ts';

const figures = 'WORKER_GET_RESOURCE_USAGE';
const report = 'TRANSPORT_SEND_RTCP';

/** Waits until a worker was asked for figures so many times more; @returns what it was asked from the first time on. */
async function asked(times: number): Promise<WorkerMessages> {
  const messages = new WorkerMessages();
  await until(() => (messages.of(figures) > 0 ? undefined : 'the beginning of a second'));
  messages.clear();
  await until(() =>
    messages.of(figures) >= times ? undefined : `${messages.of(figures)} seconds`,
  );
  return messages;
}

it('asks a worker without endpoints for its figures and nothing else', async () => {
  await startPlane();
  const messages = await asked(2);
  expect(messages.names).toEqual([figures]);
});

it('asks a worker on which nothing changes for four reports between figures, and nothing else', async () => {
  const conference = await openConference(await startPlane());
  await conference.join('alice');
  await conference.join('bob');
  const messages = await asked(3);
  expect(messages.names).toEqual([report, figures].sort());
  // One report is skipped where the answer to the one before took its time.
  expect(messages.of(report)).toBeGreaterThan(messages.of(figures));
  expect(messages.of(report)).toBeLessThanOrEqual(4 * messages.of(figures));
});
