#include "WorkerSeries.hpp"

// NOTE: Given to this file alone, so that the compiler's cache keeps all others.
const char* const WorkerSeries{ TRESTLE_SERIES };
