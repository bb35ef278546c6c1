#define MS_CLASS "PeerSocket"
// #define MS_LOG_DEV_LEVEL 3

#include "PeerSocket.hpp"
#include "DepLibUV.hpp"
#include "Logger.hpp"
#include "MediaSoupErrors.hpp"
#include <cerrno>
#include <cstring> // std::strerror()
#include <netinet/in.h>
#include <unistd.h>

namespace
{
	socklen_t addressLength(const struct sockaddr* addr)
	{
		return addr->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	}

	// Media arrives through peers' sockets, so they get the room the shared one was given.
	// Nothing is sent through them.
	void setReceiveBufferSize(int fd, int sharedFd)
	{
		int size{ 0 };
		socklen_t len{ sizeof(size) };

		if (::getsockopt(sharedFd, SOL_SOCKET, SO_RCVBUF, &size, &len) == 0)
		{
			// What is set is doubled by the kernel (socket(7)).
			size /= 2;

			::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
		}
	}

	// A socket bound to the same address and port as the shared one and connected to the peer.
	int openConnected(const RTC::UdpSocket* sharedSocket, const struct sockaddr* remoteAddr)
	{
		const auto* localAddr = sharedSocket->GetLocalAddress();
		const int fd = ::socket(localAddr->sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

		if (fd == -1)
		{
			MS_THROW_ERROR("socket() failed: %s", std::strerror(errno));
		}

		// Before any datagram can come.
		setReceiveBufferSize(fd, sharedSocket->GetFd());

		// NOTE: No SO_REUSEPORT. It would join the group of the shared sockets, in which the
		// program counts.
		const int on{ 1 };

		if (
		  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
		  ::bind(fd, localAddr, addressLength(localAddr)) != 0 ||
		  ::connect(fd, remoteAddr, addressLength(remoteAddr)) != 0)
		{
			const auto error = errno;

			::close(fd);

			MS_THROW_ERROR("cannot connect to the peer: %s", std::strerror(error));
		}

		return fd;
	}

	uv_udp_t* openHandle(const RTC::UdpSocket* sharedSocket, const struct sockaddr* remoteAddr)
	{
		const int fd   = openConnected(sharedSocket, remoteAddr);
		auto* uvHandle = new uv_udp_t;
		int err        = uv_udp_init_ex(DepLibUV::GetLoop(), uvHandle, UV_UDP_RECVMMSG);

		if (err != 0)
		{
			::close(fd);
			delete uvHandle;

			MS_THROW_ERROR("uv_udp_init_ex() failed: %s", uv_strerror(err));
		}

		err = uv_udp_open(uvHandle, fd);

		if (err != 0)
		{
			::close(fd);
			uv_close(
			  reinterpret_cast<uv_handle_t*>(uvHandle),
			  [](uv_handle_t* handle) { delete reinterpret_cast<uv_udp_t*>(handle); });

			MS_THROW_ERROR("uv_udp_open() failed: %s", uv_strerror(err));
		}

		return uvHandle;
	}
} // namespace

PeerSocket::PeerSocket(
  RTC::UdpSocket::Listener* listener,
  SharedInterface* shared,
  RTC::UdpSocket* sharedSocket,
  const struct sockaddr* remoteAddr)
  : // This may throw.
    ::UdpSocketHandle::UdpSocketHandle(openHandle(sharedSocket, remoteAddr)),
    listener(listener),
    shared(shared),
    sharedSocket(sharedSocket)
{
}

void PeerSocket::UserOnUdpDatagramReceived(
  const uint8_t* data, size_t len, size_t bufferLen, const struct sockaddr* addr)
{
	// NOTE: It may be deleted within.
	this->listener->OnUdpSocketPacketReceived(
	  this->sharedSocket, data, len, bufferLen, addr, this->shared->GetTimeUs());
}
