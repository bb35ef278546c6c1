#ifndef TRESTLE_UDP_SEND_BATCH_HPP
#define TRESTLE_UDP_SEND_BATCH_HPP

#include <cstddef>
#include <cstdint>
#include <sys/socket.h>
#include <uv.h>

/**
 * Datagrams written during one iteration of the loop, sent together right before the
 * loop blocks: one sendmmsg() per socket, in which consecutive datagrams of the same
 * size to the same destination are a single message (UDP_SEGMENT).
 *
 * No timer adds delay. The order of datagrams to a destination is kept, also when the
 * send buffer of the socket is full and libuv has to queue them.
 */
class UdpSendBatch
{
public:
	/**
	 * Room for a datagram of the given size, or nullptr if it is too big. If the datagram
	 * is written there and given to Add() before anything else calls Add() or Reserve(),
	 * it is not copied.
	 */
	static uint8_t* Reserve(size_t len);
	/**
	 * Returns false if the datagram must be sent by other means.
	 */
	static bool Add(uv_udp_t* uvHandle, const uint8_t* data, size_t len, const struct sockaddr* addr);
	static void Flush();
	/**
	 * Flush and close our UV handle.
	 */
	static void Close();
};

#endif
