// Preloaded into the worker by tests: counts what it allocates, how often it reads the clock, how often it waits for something
// to do, and how many packets OpenSSL and libsrtp protect or open, into a file of 64-bit integers that the test shares; see call-counter.ts.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

struct shared {
	volatile uint64_t allocations;
	volatile uint64_t clock_reads;
	volatile uint64_t waits;
	volatile uint64_t openssl_packets;
	volatile uint64_t libsrtp_packets;
};

static struct shared* shared;
static int (*real_clock_gettime)(clockid_t, struct timespec*);
static int (*real_epoll_wait)(int, struct epoll_event*, int, int);

// glibc's own name for it: dlsym() would allocate.
void* __libc_malloc(size_t size);

__attribute__((constructor)) static void start(void)
{
	int fd = open(getenv("TRESTLE_CALL_COUNTER"), O_RDWR);

	real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
	shared             = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
}

void* malloc(size_t size)
{
	if (shared) shared->allocations++;

	return __libc_malloc(size);
}

int clock_gettime(clockid_t id, struct timespec* time)
{
	if (!real_clock_gettime) real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
	if (shared) shared->clock_reads++;

	return real_clock_gettime(id, time);
}

int epoll_wait(int fd, struct epoll_event* events, int count, int timeout)
{
	if (!real_epoll_wait) real_epoll_wait = dlsym(RTLD_NEXT, "epoll_wait");
	if (shared) shared->waits++;

	return real_epoll_wait(fd, events, count, timeout);
}

// The types do not matter: what is counted is handed on.
#define COUNT(function, counter)                                               \
	int function(void* a, void* b, void* c, void* d, void* e)                  \
	{                                                                          \
		static int (*real)(void*, void*, void*, void*, void*);                 \
                                                                               \
		if (!real) real = dlsym(RTLD_NEXT, #function);                         \
		if (shared) shared->counter++;                                         \
                                                                               \
		return real(a, b, c, d, e);                                            \
	}

COUNT(EVP_EncryptFinal_ex, openssl_packets)
COUNT(EVP_DecryptFinal_ex, openssl_packets)
COUNT(srtp_protect, libsrtp_packets)
COUNT(srtp_protect_rtcp, libsrtp_packets)
COUNT(srtp_unprotect, libsrtp_packets)
COUNT(srtp_unprotect_rtcp, libsrtp_packets)
