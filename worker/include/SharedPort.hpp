#ifndef TRESTLE_SHARED_PORT_HPP
#define TRESTLE_SHARED_PORT_HPP

#include "RTC/TcpServer.hpp"
#include "RTC/UdpSocket.hpp"
#include "SharedInterface.hpp"
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <sys/socket.h>
#include <uv.h>
#include <vector>

class PeerSocket;

/**
 * Several workers behind the same ports.
 *
 * Each worker binds the port with SO_REUSEPORT and has a letter, with which the local ICE
 * username fragments it makes begin. A filter program brings a check to the worker it
 * names. Once it is authenticated, the worker opens a socket connected to the peer, which
 * the kernel prefers from then on; everything is sent through the shared socket, so
 * datagrams to many peers remain a batch (see UdpSendBatch).
 *
 * What reaches the wrong worker nevertheless (the program is a moment behind after a worker
 * died, a peer has the address and port of a former one, any TCP connection) is handed
 * over through a unix socket.
 */
class SharedPort
{
public:
	/**
	 * "shared-port:<group>:<letters>:<order>". The group names the ports, the letters are
	 * those of all workers, the order is that in which living workers opened the port; the
	 * last one is ours.
	 */
	struct Config
	{
		std::string group;
		std::string letters;
		std::string order;
	};

	static bool IsConfig(const std::string& text);
	/**
	 * A local username fragment of the given length for this worker.
	 */
	static std::string MakeUsernameFragment(size_t len);
	/**
	 * To be called between creating and binding a socket.
	 */
	static void AllowSharing(int fd);

public:
	/**
	 * The sockets are those of a WebRtcServer, in the order that all workers have in common.
	 * May throw.
	 */
	SharedPort(
	  RTC::UdpSocket::Listener* listener,
	  SharedInterface* shared,
	  const std::string& config,
	  std::vector<RTC::UdpSocket*> udpSockets,
	  std::vector<RTC::TcpServer*> tcpServers);
	SharedPort& operator=(const SharedPort&) = delete;
	SharedPort(const SharedPort&)            = delete;
	~SharedPort();

public:
	/**
	 * Gives a check to the worker it is for. False if that is us or nobody.
	 */
	bool HandOverCheck(
	  const RTC::UdpSocket* udpSocket, const struct sockaddr* remoteAddr, const uint8_t* data, size_t len);
	/**
	 * Gives a TCP connection to the worker its first check is for, unless that is us or
	 * nobody. The check is `data`; `unread` is all we have read of the connection.
	 */
	RTC::TcpConnection::FirstPacket HandOverConnection(
	  RTC::TcpConnection* connection,
	  const uint8_t* data,
	  size_t len,
	  const uint8_t* unread,
	  size_t unreadLen);
	/**
	 * Receive what the peer sends, now that it is known to be ours.
	 */
	bool HasPeer(const RTC::UdpSocket* udpSocket, const struct sockaddr* remoteAddr) const;
	void AddPeer(RTC::UdpSocket* udpSocket, const struct sockaddr* remoteAddr);
	void RemovePeer(const RTC::UdpSocket* udpSocket, const struct sockaddr* remoteAddr);
	void OnReadable();

private:
	struct Message;

	bool IsOthers(char owner) const;
	void OpenUnixSocket();
	void AttachProgram(int fd) const;
	bool SendMessage(char to, const Message& message, int fd = -1) const;
	bool ReceiveMessage();
	size_t GetIndex(const RTC::UdpSocket* udpSocket) const;

private:
	RTC::UdpSocket::Listener* listener;
	SharedInterface* shared;
	Config config;
	char letter;
	std::vector<RTC::UdpSocket*> udpSockets;
	std::vector<RTC::TcpServer*> tcpServers;
	int unixSocket{ -1 };
	uv_poll_t* poll{ nullptr };
	// By local socket and remote address.
	std::map<std::string, std::unique_ptr<PeerSocket>> peers;
};

#endif
