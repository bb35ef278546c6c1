#ifndef TRESTLE_WORKER_SERIES_HPP
#define TRESTLE_WORKER_SERIES_HPP

/**
 * Which patches and sources this binary was built from, as scripts/worker-cache.mjs names
 * them; the bridge starts no worker of another series than its own.
 */
extern const char* const WorkerSeries;

#endif
