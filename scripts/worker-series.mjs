// Prints the series of the worker that these sources make: what it says itself when it is run with --series.
import { workerSeries } from './worker-cache.mjs';

process.stdout.write(`${workerSeries()}\n`);
