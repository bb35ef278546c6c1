// A generator process: carries a share of the clients of a run. Started by `GeneratorProcess`, which it talks with over IPC.
import { secureRandom } from '../random.ts';
import { loadTrace } from '../traces/load-trace.ts';
import { Clients } from './clients.ts';
import { machineClock, processTimers } from './machine-clock.ts';
import type { FromGenerator, GeneratorQuestion, ToGenerator } from './messages.ts';
import { messageOf } from '../../src/base/message-of.ts';

const clients = new Clients({
  clock: machineClock,
  timers: processTimers,
  random: secureRandom,
  traceOf: loadTrace,
});

function answer(question: GeneratorQuestion): unknown {
  switch (question.type) {
    case 'open':
      return clients.open(question);
    case 'look': {
      const { user, system } = process.cpuUsage();
      const health = { cpuUs: user + system, atUs: machineClock.nowMs() * 1000 };
      return { ...clients.look(), health };
    }
    case 'audit':
      return clients.audit(question.present);
  }
}

function reply(id: number, question: GeneratorQuestion): FromGenerator {
  try {
    return { type: 'answer', id, answer: answer(question) };
  } catch (error) {
    return { type: 'failed', id, reason: messageOf(error) };
  }
}

process.on('message', (message: ToGenerator) => {
  if (message.type === 'ask') {
    process.send?.(reply(message.id, message.question));
    return;
  }
  clients.obey(message);
  if (message.type === 'end') process.exit(0);
});
// The run is gone: nobody wants the measurements.
process.on('disconnect', () => process.exit(1));
// Ctrl-C reaches the whole process group; the run decides when we end.
process.on('SIGINT', () => undefined);
