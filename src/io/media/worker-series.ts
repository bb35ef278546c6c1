import { spawn } from 'node:child_process';

/** It answers within some milliseconds; something else under its name may never end. */
const LIMIT_MS = 5000;
/** Of what it says; a series has less than 40 characters. */
const MAX_TEXT = 4096;

export type WorkerAnswer = {
  /** The patches and sources it was built from (worker.md, "Build"), '' if it does not know the question. */
  readonly series: string;
  /** What it wrote to standard error, such as which library it lacks. */
  readonly complaint: string;
};

/** Asks a worker binary what it was built from. @returns undefined if it cannot be run */
export function askWorkerSeries(path: string): Promise<WorkerAnswer | undefined> {
  return new Promise((resolve) => {
    const child = spawn(path, ['--series'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    let [said, complaint] = ['', ''];
    child.stdout.on('data', (part: Buffer) => (said = (said + part.toString()).slice(0, MAX_TEXT)));
    child.stderr.on(
      'data',
      (part: Buffer) => (complaint = (complaint + part.toString()).slice(0, MAX_TEXT)),
    );
    child.once('error', () => resolve(undefined));
    child.once('close', () => resolve({ series: said.trim(), complaint }));
  });
}
