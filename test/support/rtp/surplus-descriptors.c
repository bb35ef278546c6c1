// Sends a worker messages that each carry two descriptors: surplus-descriptors <abstract unix address> <messages>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char** argv)
{
	if (argc != 3)
		return 2;

	int from = socket(AF_UNIX, SOCK_DGRAM, 0);
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	char byte = 0;
	struct iovec iov = { &byte, 1 };
	int descriptors[2] = { 0, 1 };
	char control[CMSG_SPACE(sizeof(descriptors))] __attribute__((aligned(8))) = { 0 };
	struct msghdr message = { &to, 0, &iov, 1, control, sizeof(control), 0 };
	struct cmsghdr* header = CMSG_FIRSTHDR(&message);

	strncpy(to.sun_path + 1, argv[1], sizeof(to.sun_path) - 2);
	message.msg_namelen = offsetof(struct sockaddr_un, sun_path) + 1 + strlen(argv[1]);
	header->cmsg_level  = SOL_SOCKET;
	header->cmsg_type   = SCM_RIGHTS;
	header->cmsg_len    = CMSG_LEN(sizeof(descriptors));
	memcpy(CMSG_DATA(header), descriptors, sizeof(descriptors));

	for (int sent = 0; sent < atoi(argv[2]); ++sent)
		if (sendmsg(from, &message, 0) != 1)
			return 1;

	return 0;
}
