#ifndef TRESTLE_PEER_SOCKET_HPP
#define TRESTLE_PEER_SOCKET_HPP

#include "RTC/UdpSocket.hpp"
#include "SharedInterface.hpp"
#include "handles/UdpSocketHandle.hpp"

/**
 * Receives what a single peer sends to a port that several workers share. To the rest of
 * the worker it looks as if it came through the shared socket.
 */
class PeerSocket : public ::UdpSocketHandle
{
public:
	/**
	 * May throw.
	 */
	PeerSocket(
	  RTC::UdpSocket::Listener* listener,
	  SharedInterface* shared,
	  RTC::UdpSocket* sharedSocket,
	  const struct sockaddr* remoteAddr);

private:
	void UserOnUdpDatagramReceived(
	  const uint8_t* data, size_t len, size_t bufferLen, const struct sockaddr* addr) override;

private:
	RTC::UdpSocket::Listener* listener;
	SharedInterface* shared;
	RTC::UdpSocket* sharedSocket;
};

#endif
