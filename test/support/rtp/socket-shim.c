// Preloaded into the worker by tests: counts the calls that send and receive datagrams, and makes them fail on demand. The test and
// the shim share a file of 32-bit integers; socket-shim.ts has the same list.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

struct shared {
	volatile int32_t fault_errno;
	volatile int32_t only_segmented; // fail messages with UDP_SEGMENT only
	volatile int32_t faults_left;
	volatile int32_t messages_before_fault; // let so many messages of a call pass first
	volatile int32_t faults;
	volatile int32_t batches;
	volatile int32_t messages;
	volatile int32_t segmented_messages;
	volatile int32_t datagrams;
	volatile int32_t single_sends;
	volatile int32_t largest_receive_batch;
};

static struct shared* shared;
static ssize_t (*real_sendto)(int, const void*, size_t, int, const struct sockaddr*, socklen_t);
static ssize_t (*real_sendmsg)(int, const struct msghdr*, int);
static long (*real_syscall)(long, ...);

__attribute__((constructor)) static void start(void)
{
	int fd = open(getenv("TRESTLE_SOCKET_SHIM"), O_RDWR);

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	real_sendto  = dlsym(RTLD_NEXT, "sendto");
	real_sendmsg = dlsym(RTLD_NEXT, "sendmsg");
	real_syscall = dlsym(RTLD_NEXT, "syscall");
}

static int is_udp(int fd)
{
	int type = 0;
	socklen_t len = sizeof(type);

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_DGRAM;
}

static int is_segmented(const struct msghdr* msg)
{
	const struct cmsghdr* cmsg = CMSG_FIRSTHDR(msg);

	return cmsg && cmsg->cmsg_level == SOL_UDP && cmsg->cmsg_type == UDP_SEGMENT;
}

static int fault(int segmented)
{
	if (shared->faults_left <= 0 || (shared->only_segmented && !segmented)) return 0;
	shared->faults_left--;
	shared->faults++;
	errno = shared->fault_errno;
	return 1;
}

int sendmmsg(int fd, struct mmsghdr* messages, unsigned int count, int flags)
{
	if (shared->faults_left > 0 && (unsigned int)shared->messages_before_fault < count && shared->messages_before_fault > 0)
	{
		count = (unsigned int)shared->messages_before_fault;
		shared->messages_before_fault = 0;
	}
	else if (shared->faults_left > 0)
	{
		// The kernel reports an error at the first message that fails, if none was sent.
		unsigned int healthy = 0;

		while (healthy < count && shared->only_segmented && !is_segmented(&messages[healthy].msg_hdr)) healthy++;
		if (healthy == 0 && fault(is_segmented(&messages[0].msg_hdr))) return -1;
		if (healthy > 0) count = healthy;
	}

	int sent = (int)real_syscall(SYS_sendmmsg, fd, messages, count, flags);

	shared->batches++;
	for (int i = 0; i < sent; i++)
	{
		shared->messages++;
		shared->segmented_messages += is_segmented(&messages[i].msg_hdr);
		shared->datagrams += (int32_t)messages[i].msg_hdr.msg_iovlen;
	}
	return sent;
}

ssize_t sendto(int fd, const void* data, size_t len, int flags, const struct sockaddr* addr, socklen_t addr_len)
{
	if (is_udp(fd))
	{
		if (fault(0)) return -1;
		shared->single_sends++;
	}
	return real_sendto(fd, data, len, flags, addr, addr_len);
}

ssize_t sendmsg(int fd, const struct msghdr* msg, int flags)
{
	if (is_udp(fd))
	{
		if (fault(0)) return -1;
		shared->single_sends++;
	}
	return real_sendmsg(fd, msg, flags);
}

// An option of SOL_SOCKET that this kernel does not have.
int setsockopt(int fd, int level, int option, const void* value, socklen_t len)
{
	const char* refused = getenv("TRESTLE_SHIM_REFUSED_OPTION");

	if (level == SOL_SOCKET && refused && atoi(refused) == option)
	{
		errno = ENOPROTOOPT;
		return -1;
	}
	return (int)real_syscall(SYS_setsockopt, fd, level, option, value, len);
}

// libuv calls recvmmsg() and sendmmsg() this way.
long syscall(long number, ...)
{
	long a[6];
	va_list args;

	va_start(args, number);
	for (int i = 0; i < 6; i++) a[i] = va_arg(args, long);
	va_end(args);

	// With no messages it is libuv finding out whether the call exists.
	if (number == SYS_sendmmsg && a[2] > 0)
	{
		if (fault(0)) return -1;
		shared->single_sends++;
	}

	long result = real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);

	if (number == SYS_recvmmsg && result > shared->largest_receive_batch) shared->largest_receive_batch = (int32_t)result;
	return result;
}
