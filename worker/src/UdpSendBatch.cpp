#define MS_CLASS "UdpSendBatch"
// #define MS_LOG_DEV_LEVEL 3

#include "handles/UdpSendBatch.hpp"
#include "ForwardingDelay.hpp"
#include "Logger.hpp"
#include "RareLine.hpp"
#include <algorithm>
#include <array>
#include <cerrno>
#include <cinttypes> // PRIu64
#include <cstring> // std::memcpy(), std::strerror()
#include <memory>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <span>
#include <sys/uio.h>
#include <vector>

/* Static. */

// Room for a burst of 16 packets to 100 receivers. Its pages are used from the beginning,
// so a quiet worker touches few of them.
static constexpr size_t ArenaSize{ 2048 * 1024 };
static constexpr size_t MaxDatagramSize{ 2048 };
static constexpr size_t MaxDestinations{ 1024 };
// Power of 2. Four times the destinations, so that probing is short.
static constexpr size_t TableSize{ MaxDestinations * 4 };
static constexpr unsigned int TableHashShift{ 52 };
// Limits of the kernel for a message with UDP_SEGMENT (UDP_MAX_SEGMENTS, and 65,535 bytes
// including headers). A segment must fit into the MTU.
static constexpr size_t MaxSegments{ 64 };
static constexpr size_t MaxMessageSize{ 65000 };
static constexpr size_t MaxSegmentSize{ 1400 };
// sendmmsg() takes no more (UIO_MAXIOV).
static constexpr size_t MaxMessages{ 1024 };
// What libuv may hold for a socket that cannot be written. About a second of a busy
// bridge; media that is older helps nobody.
static constexpr size_t MaxQueuedBytes{ 4096 * 1024 };

namespace
{
	struct Datagram
	{
		uint8_t* data;
		uint32_t len;
		// Next one to the same destination or -1.
		int32_t next;
	};

	struct Destination
	{
		uv_udp_t* uvHandle;
		int32_t first;
		int32_t last;
		uint32_t slot;
		socklen_t addrLen;
		union
		{
			struct sockaddr any;
			struct sockaddr_in in;
			struct sockaddr_in6 in6;
		} addr;
	};

	struct Control
	{
		alignas(struct cmsghdr) char data[CMSG_SPACE(sizeof(uint16_t))];
	};

	struct Message
	{
		const Destination* destination;
		// First of its datagrams.
		int32_t first;
	};

	struct QueuedDatagram
	{
		explicit QueuedDatagram(const Datagram& datagram)
		  : store(datagram.data, datagram.data + datagram.len)
		{
			this->req.data = this;
		}

		uv_udp_send_t req{};
		std::vector<uint8_t> store;
	};

	struct State
	{
		State()
		{
			this->datagrams.reserve(MaxMessages);
			// NOTE: Pointers to its elements are taken.
			this->destinations.reserve(MaxDestinations);
		}

		const std::unique_ptr<uint8_t[]> arena{ new uint8_t[ArenaSize] };
		size_t used{ 0 };
		std::vector<Datagram> datagrams;
		std::vector<Destination> destinations;
		// Indexes of destinations plus 1, by hash, linear probing.
		std::array<uint16_t, TableSize> table{};
		uv_prepare_t* prepare{ nullptr };
		bool segmentationUsable{ true };
		bool overflowing{ false };
		// When the first datagram entered, ns.
		uint64_t startedNs{ 0 };
		// Filled by Flush(). Members just to keep their memory.
		std::vector<Message> messages;
		std::vector<struct mmsghdr> headers;
		std::vector<struct iovec> iovecs;
		std::vector<Control> controls;
	};

	thread_local State state;

	bool sameAddress(const Destination& destination, const struct sockaddr* addr)
	{
		if (destination.addr.any.sa_family != addr->sa_family)
		{
			return false;
		}

		if (addr->sa_family == AF_INET)
		{
			const auto* in = reinterpret_cast<const struct sockaddr_in*>(addr);

			return destination.addr.in.sin_port == in->sin_port &&
			       destination.addr.in.sin_addr.s_addr == in->sin_addr.s_addr;
		}

		const auto* in6 = reinterpret_cast<const struct sockaddr_in6*>(addr);

		return destination.addr.in6.sin6_port == in6->sin6_port &&
		       destination.addr.in6.sin6_scope_id == in6->sin6_scope_id &&
		       std::memcmp(&destination.addr.in6.sin6_addr, &in6->sin6_addr, sizeof(in6->sin6_addr)) == 0;
	}

	uint32_t hashSlot(const uv_udp_t* uvHandle, const struct sockaddr* addr)
	{
		uint64_t hash = reinterpret_cast<uintptr_t>(uvHandle) >> 4;

		if (addr->sa_family == AF_INET)
		{
			const auto* in = reinterpret_cast<const struct sockaddr_in*>(addr);

			hash ^= (uint64_t{ in->sin_addr.s_addr } << 16) ^ in->sin_port;
		}
		else
		{
			const auto* in6 = reinterpret_cast<const struct sockaddr_in6*>(addr);
			uint64_t parts[2];

			std::memcpy(parts, &in6->sin6_addr, sizeof(parts));
			hash ^= parts[0] ^ (parts[1] << 16) ^ in6->sin6_port;
		}

		return static_cast<uint32_t>((hash * 0x9E3779B97F4A7C15ull) >> TableHashShift);
	}

	Destination& findDestination(uv_udp_t* uvHandle, const struct sockaddr* addr)
	{
		auto slot = hashSlot(uvHandle, addr);

		for (; state.table[slot] != 0; slot = (slot + 1) % TableSize)
		{
			auto& destination = state.destinations[state.table[slot] - 1];

			if (destination.uvHandle == uvHandle && sameAddress(destination, addr))
			{
				return destination;
			}
		}

		auto& destination = state.destinations.emplace_back();

		destination.uvHandle = uvHandle;
		destination.first    = -1;
		destination.last     = -1;
		destination.slot     = slot;
		destination.addrLen =
		  addr->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
		std::memcpy(&destination.addr, addr, destination.addrLen);
		state.table[slot] = static_cast<uint16_t>(state.destinations.size());

		return destination;
	}

	// The datagrams from the given one on that can be a single message: all of the same
	// size, only the last may be shorter.
	size_t countSegments(int32_t first)
	{
		const auto& datagrams = state.datagrams;
		const size_t firstLen = datagrams[first].len;
		size_t count{ 1 };
		size_t total{ firstLen };

		if (!state.segmentationUsable || firstLen > MaxSegmentSize)
		{
			return count;
		}

		for (int32_t i = first; count < MaxSegments && datagrams[i].len == firstLen; ++count)
		{
			i = datagrams[i].next;

			if (i == -1 || datagrams[i].len > firstLen || total + datagrams[i].len > MaxMessageSize)
			{
				break;
			}

			total += datagrams[i].len;
		}

		return count;
	}

	void addMessage(const Destination& destination, int32_t first, size_t count)
	{
		const auto segmentSize = static_cast<uint16_t>(state.datagrams[first].len);
		auto& header           = state.headers.emplace_back().msg_hdr;

		header             = {};
		header.msg_name    = const_cast<struct sockaddr*>(&destination.addr.any);
		header.msg_namelen = destination.addrLen;
		// NOTE: There is room for all of them, see Flush().
		header.msg_iov    = state.iovecs.data() + state.iovecs.size();
		header.msg_iovlen = count;

		for (int32_t i = first; count > 0; --count, i = state.datagrams[i].next)
		{
			state.iovecs.push_back({ state.datagrams[i].data, state.datagrams[i].len });
		}

		if (header.msg_iovlen > 1)
		{
			auto& control = state.controls.emplace_back();

			header.msg_control    = control.data;
			header.msg_controllen = sizeof(control.data);

			auto* cmsg = CMSG_FIRSTHDR(&header);

			cmsg->cmsg_level = SOL_UDP;
			cmsg->cmsg_type  = UDP_SEGMENT;
			cmsg->cmsg_len   = CMSG_LEN(sizeof(segmentSize));
			std::memcpy(CMSG_DATA(cmsg), &segmentSize, sizeof(segmentSize));
		}

		state.messages.push_back({ &destination, first });
	}

	// Let libuv send the datagram once the socket is writable. It keeps the order.
	void queueDatagram(const Destination& destination, const Datagram& datagram)
	{
		auto* queued = new QueuedDatagram(datagram);
		auto buffer =
		  uv_buf_init(reinterpret_cast<char*>(queued->store.data()), static_cast<unsigned int>(datagram.len));

		const int err = uv_udp_send(
		  &queued->req,
		  destination.uvHandle,
		  &buffer,
		  1,
		  &destination.addr.any,
		  [](uv_udp_send_t* req, int /*status*/) { delete static_cast<QueuedDatagram*>(req->data); });

		if (err != 0)
		{
			MS_WARN_DEV("uv_udp_send() failed: %s", uv_strerror(err));

			delete queued;
		}
	}

	// Queue the datagrams of a message, but for the first ones.
	void queueMessage(const Message& message, size_t count, size_t skip = 0)
	{
		for (int32_t i = message.first; count > 0; --count, i = state.datagrams[i].next)
		{
			if (skip > 0)
			{
				skip--;

				continue;
			}

			queueDatagram(*message.destination, state.datagrams[i]);
		}
	}

	bool isRetryLater(int error)
	{
		return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS;
	}

	// Send the datagrams of a message that the kernel did not segment one by one. Returns
	// false if the socket cannot be written any more: the rest is queued then.
	bool sendOneByOne(int fd, const Message& message, const struct msghdr& header)
	{
		for (size_t i{ 0 }; i < header.msg_iovlen; ++i)
		{
			ssize_t sent;

			do
			{
				sent = ::sendto(
				  fd,
				  header.msg_iov[i].iov_base,
				  header.msg_iov[i].iov_len,
				  0,
				  static_cast<struct sockaddr*>(header.msg_name),
				  header.msg_namelen);
			} while (sent < 0 && errno == EINTR);

			if (sent < 0 && isRetryLater(errno))
			{
				queueMessage(message, header.msg_iovlen, i);

				return false;
			}
		}

		return true;
	}

	// Send the given messages, all them belonging to the same socket.
	void sendMessages(uv_udp_t* uvHandle, size_t from, size_t to)
	{
		uv_os_fd_t fd;

		if (uv_fileno(reinterpret_cast<uv_handle_t*>(uvHandle), &fd) != 0)
		{
			return;
		}

		bool writable{ true };

		while (from < to && writable)
		{
			const auto count = static_cast<unsigned int>(std::min(to - from, MaxMessages));
			const int sent   = ::sendmmsg(fd, &state.headers[from], count, 0);

			if (sent > 0)
			{
				from += static_cast<size_t>(sent);

				continue;
			}

			const auto error = errno;

			if (error == EINTR)
			{
				continue;
			}

			if (isRetryLater(error))
			{
				break;
			}

			const auto& header = state.headers[from].msg_hdr;

			// Some datagram cannot be sent, for instance there is no route for it. Same as
			// without batch: ignore it, unless it's due to UDP_SEGMENT.
			if (header.msg_iovlen > 1)
			{
				// The device cannot do checksums, or the kernel is too old.
				//
				// NOTE: EINVAL may as well be a destination whose path has a small MTU. Anybody
				// can pretend that to be, so it does not disable anything.
				if (
				  state.segmentationUsable && (error == EIO || error == EOPNOTSUPP || error == ENOPROTOOPT))
				{
					MS_WARN_TAG(info, "UDP_SEGMENT not usable, disabling it: %s", std::strerror(error));

					state.segmentationUsable = false;
				}

				writable = sendOneByOne(fd, state.messages[from], header);
			}

			from++;
		}

		for (; from < to; ++from)
		{
			queueMessage(state.messages[from], state.headers[from].msg_hdr.msg_iovlen);
		}
	}

	// Whether libuv holds so much for the socket that more has to be dropped.
	bool isOverflowing(const uv_udp_t* uvHandle)
	{
		const bool overflowing = uv_udp_get_send_queue_size(uvHandle) > MaxQueuedBytes;

		static thread_local RareLine line;

		if (overflowing && !state.overflowing && line.IsDue())
		{
			MS_WARN_TAG(
			  info,
			  "UDP socket cannot be written fast enough, dropping datagrams [times: %" PRIu64 "]",
			  line.GetCount());
		}

		state.overflowing = overflowing;

		return overflowing;
	}
} // namespace

uint8_t* UdpSendBatch::Reserve(size_t len)
{
	if (len > MaxDatagramSize)
	{
		return nullptr;
	}

	if (state.used + len > ArenaSize || state.destinations.size() == MaxDestinations)
	{
		Flush();
	}

	return state.arena.get() + state.used;
}

bool UdpSendBatch::Add(uv_udp_t* uvHandle, const uint8_t* data, size_t len, const struct sockaddr* addr)
{
	// Keep the order with what libuv has queued.
	if (uv_udp_get_send_queue_count(uvHandle) > 0)
	{
		return isOverflowing(uvHandle);
	}

	if (len > MaxDatagramSize)
	{
		// Keep the order with what we have.
		Flush();

		return false;
	}

	if (!state.prepare)
	{
		state.prepare = new uv_prepare_t;
		uv_prepare_init(uvHandle->loop, state.prepare);
		uv_prepare_start(state.prepare, [](uv_prepare_t* /*handle*/) { UdpSendBatch::Flush(); });
		uv_unref(reinterpret_cast<uv_handle_t*>(state.prepare));
	}

	auto* tail = state.arena.get() + state.used;

	if (data != tail)
	{
		tail = Reserve(len);
		std::memcpy(tail, data, len);
	}

	auto& destination = findDestination(uvHandle, addr);
	const auto idx    = static_cast<int32_t>(state.datagrams.size());

	if (idx == 0)
	{
		state.startedNs = uv_hrtime();
	}

	state.datagrams.push_back({ tail, static_cast<uint32_t>(len), -1 });
	state.used = std::min((state.used + len + 15) & ~size_t{ 15 }, ArenaSize);

	if (destination.last == -1)
	{
		destination.first = idx;
	}
	else
	{
		state.datagrams[destination.last].next = idx;
	}

	destination.last = idx;

	return true;
}

void UdpSendBatch::Flush()
{
	if (state.datagrams.empty())
	{
		return;
	}

	state.messages.clear();
	state.headers.clear();
	state.iovecs.clear();
	state.controls.clear();
	// NOTE: Pointers to their elements are taken.
	state.iovecs.reserve(state.datagrams.size());
	state.controls.reserve(state.datagrams.size());

	for (const auto& destination : state.destinations)
	{
		state.table[destination.slot] = 0;

		for (int32_t i = destination.first; i != -1;)
		{
			auto count = countSegments(i);

			addMessage(destination, i, count);

			for (; count > 0; --count)
			{
				i = state.datagrams[i].next;
			}
		}
	}

	for (size_t from{ 0 }, to{ 0 }; from < state.messages.size(); from = to)
	{
		auto* uvHandle = state.messages[from].destination->uvHandle;

		while (to < state.messages.size() && state.messages[to].destination->uvHandle == uvHandle)
		{
			to++;
		}

		sendMessages(uvHandle, from, to);
	}

	ForwardingDelay::Record((uv_hrtime() - state.startedNs) / 1000, state.datagrams.size());

	state.datagrams.clear();
	state.destinations.clear();
	state.used = 0;
}

void UdpSendBatch::Close()
{
	Flush();

	if (state.prepare)
	{
		uv_close(
		  reinterpret_cast<uv_handle_t*>(state.prepare),
		  [](uv_handle_t* handle) { delete reinterpret_cast<uv_prepare_t*>(handle); });
		state.prepare = nullptr;
	}
}
