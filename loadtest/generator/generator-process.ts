import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type {
  FromGenerator,
  GeneratorAnswers,
  GeneratorCommand,
  GeneratorQuestion,
  ToGenerator,
} from './messages.ts';

const ANSWER_TIMEOUT_MS = 20_000;

type Waiting = {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
};

/** A child process that carries clients, as the run sees it. */
export class GeneratorProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  /** Why it is gone. */
  #ended: string | undefined;

  constructor() {
    // The same kind of file as this one: compiled, or TypeScript in development.
    const isCompiled = import.meta.url.endsWith('.js');
    const program = new URL(isCompiled ? 'main.js' : 'main.ts', import.meta.url);
    this.#child = fork(fileURLToPath(program), {
      execArgv: isCompiled ? [] : ['--import', 'tsx'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (message: FromGenerator) => this.#take(message));
    this.#child.on('exit', (code, signal) =>
      this.#failAll((this.#ended = `a generator process ended (${code ?? signal})`)),
    );
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  tell(command: GeneratorCommand): void {
    this.#send(command);
  }

  /** @throws Error with what the process said, or when it does not answer in time */
  async ask<Q extends GeneratorQuestion>(question: Q): Promise<GeneratorAnswers[Q['type']]> {
    const id = (this.#asked += 1);
    let timer: NodeJS.Timeout | undefined;
    try {
      const answer = await new Promise((resolve, reject) => {
        if (this.#ended !== undefined) throw new Error(this.#ended);
        this.#waiting.set(id, { resolve, reject });
        timer = setTimeout(
          () =>
            reject(
              new Error(
                `a generator process did not answer "${question.type}" in time: is this machine overloaded?`,
              ),
            ),
          ANSWER_TIMEOUT_MS,
        );
        this.#send({ type: 'ask', id, question });
      });
      return answer as GeneratorAnswers[Q['type']];
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#send({ type: 'end' });
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 5_000);
    await gone;
    clearTimeout(timer);
  }

  #send(message: ToGenerator): void {
    // One that is just ending cannot be told any more. Without somebody to tell, Node throws it; `exit` says it better.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #take(message: FromGenerator): void {
    const waiting = this.#waiting.get(message.id);
    if (message.type === 'answer') waiting?.resolve(message.answer);
    else waiting?.reject(new Error(message.reason));
  }

  #failAll(reason: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(reason));
  }
}
