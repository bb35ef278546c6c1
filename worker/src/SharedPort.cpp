#define MS_CLASS "SharedPort"
// #define MS_LOG_DEV_LEVEL 3

#include "SharedPort.hpp"
#include "DepLibUV.hpp"
#include "Logger.hpp"
#include "MediaSoupErrors.hpp"
#include "PeerSocket.hpp"
#include "RareLine.hpp"
#include "Utils.hpp"
#include <algorithm>
#include <cerrno>
#include <cinttypes> // PRIu64
#include <cstddef> // offsetof()
#include <cstring> // std::memcpy(), std::strerror()
#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/un.h>
#include <unistd.h>

/* Static. */

static const std::string ConfigPrefix{ "shared-port:" };
// A check has some 100 to 250 bytes; a TCP client may have sent two or three of them.
static constexpr size_t MaxPayload{ 4096 };
static constexpr size_t MaxMessagesPerRead{ 128 };
// STUN (RFC 8489 section 5 and 14.3).
static constexpr size_t StunHeaderSize{ 20 };
static constexpr uint16_t BindingRequest{ 0x0001 };
static constexpr uint32_t MagicCookie{ 0x2112A442 };
static constexpr uint16_t UsernameAttribute{ 0x0006 };
// USERNAME is among the first attributes of every known client.
static constexpr size_t MaxAttributes{ 6 };

// Of the only WebRtcServer of this worker; empty unless it shares its port.
static thread_local std::string ownLetter;

struct SharedPort::Message
{
	enum class Type : uint8_t
	{
		CHECK,
		CONNECTION,
		// The peer with this address and port belongs to the sender now.
		TAKEN
	};

	Type type;
	char from;
	uint8_t index;
	struct sockaddr_in6 remoteAddr;
	uint16_t len;
	// STUN packets are read as structs.
	alignas(8) uint8_t payload[MaxPayload];
};

namespace
{
	struct sockaddr_in6 copyAddress(const struct sockaddr* addr)
	{
		struct sockaddr_in6 copy{};

		std::memcpy(
		  &copy, addr, addr->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));

		return copy;
	}

	std::string peerKey(size_t index, const struct sockaddr* addr)
	{
		std::string key(1, static_cast<char>(index));

		if (addr->sa_family == AF_INET)
		{
			const auto* in = reinterpret_cast<const struct sockaddr_in*>(addr);

			key.append(reinterpret_cast<const char*>(&in->sin_addr), sizeof(in->sin_addr));
			key.append(reinterpret_cast<const char*>(&in->sin_port), sizeof(in->sin_port));
		}
		else
		{
			const auto* in6 = reinterpret_cast<const struct sockaddr_in6*>(addr);

			key.append(reinterpret_cast<const char*>(&in6->sin6_addr), sizeof(in6->sin6_addr));
			key.append(reinterpret_cast<const char*>(&in6->sin6_port), sizeof(in6->sin6_port));
		}

		return key;
	}

	// The worker a check is for: the first character of the username. 0 if it is no check.
	char getOwner(const uint8_t* data, size_t len)
	{
		if (
		  len < StunHeaderSize || Utils::Byte::Get2Bytes(data, 0) != BindingRequest ||
		  Utils::Byte::Get4Bytes(data, 4) != MagicCookie)
		{
			return 0;
		}

		size_t pos{ StunHeaderSize };

		for (size_t i{ 0 }; i < MaxAttributes && pos + 5 <= len; ++i)
		{
			if (Utils::Byte::Get2Bytes(data, pos) == UsernameAttribute)
			{
				return Utils::Byte::Get2Bytes(data, pos + 2) > 0 ? static_cast<char>(data[pos + 4]) : 0;
			}

			pos += 4 + ((size_t{ Utils::Byte::Get2Bytes(data, pos + 2) } + 3) & ~size_t{ 3 });
		}

		return 0;
	}

	struct sockaddr_un unixAddress(const std::string& group, char letter, socklen_t& len)
	{
		const auto name = "trestle-" + group + "-" + letter;
		struct sockaddr_un addr{};

		// Abstract (unix(7)): no file that could be left behind.
		addr.sun_family = AF_UNIX;
		std::memcpy(addr.sun_path + 1, name.data(), std::min(name.size(), sizeof(addr.sun_path) - 1));
		len = static_cast<socklen_t>(offsetof(struct sockaddr_un, sun_path) + 1 + name.size());

		return addr;
	}

	// There is a socket for each peer.
	void raiseFileLimit()
	{
		struct rlimit limit{};

		if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
		{
			limit.rlim_cur = limit.rlim_max;
			::setrlimit(RLIMIT_NOFILE, &limit);
		}
	}

	SharedPort::Config parseConfig(const std::string& text)
	{
		const auto groupEnd   = text.find(':', ConfigPrefix.size());
		const auto lettersEnd = text.find(':', groupEnd == std::string::npos ? groupEnd : groupEnd + 1);

		if (!SharedPort::IsConfig(text) || lettersEnd == std::string::npos || lettersEnd + 1 == text.size())
		{
			MS_THROW_TYPE_ERROR("wrong shared port configuration");
		}

		return {
			text.substr(ConfigPrefix.size(), groupEnd - ConfigPrefix.size()),
			text.substr(groupEnd + 1, lettersEnd - groupEnd - 1),
			text.substr(lettersEnd + 1),
		};
	}
} // namespace

/* Class methods. */

bool SharedPort::IsConfig(const std::string& text)
{
	return text.rfind(ConfigPrefix, 0) == 0;
}

std::string SharedPort::MakeUsernameFragment(size_t len)
{
	return ownLetter + Utils::Crypto::GetRandomString(len - ownLetter.size());
}

void SharedPort::AllowSharing(int fd)
{
	const int on{ 1 };

	// SO_REUSEADDR lets peer sockets have the same port without SO_REUSEPORT.
	if (
	  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	  ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) != 0)
	{
		MS_THROW_ERROR("the port cannot be shared: %s", std::strerror(errno));
	}
}

/* Instance methods. */

SharedPort::SharedPort(
  RTC::UdpSocket::Listener* listener,
  SharedInterface* shared,
  const std::string& config,
  std::vector<RTC::UdpSocket*> udpSockets,
  std::vector<RTC::TcpServer*> tcpServers)
  : listener(listener),
    shared(shared),
    config(parseConfig(config)),
    letter(this->config.order.back()),
    udpSockets(std::move(udpSockets)),
    tcpServers(std::move(tcpServers))
{
	raiseFileLimit();

	for (const auto* udpSocket : this->udpSockets)
	{
		AttachProgram(udpSocket->GetFd());
	}

	OpenUnixSocket();

	ownLetter = std::string(1, this->letter);
}

SharedPort::~SharedPort()
{
	ownLetter.clear();

	this->peers.clear();

	uv_poll_stop(this->poll);
	uv_close(
	  reinterpret_cast<uv_handle_t*>(this->poll),
	  [](uv_handle_t* handle) { delete reinterpret_cast<uv_poll_t*>(handle); });

	::close(this->unixSocket);
}

bool SharedPort::HandOverCheck(
  const RTC::UdpSocket* udpSocket, const struct sockaddr* remoteAddr, const uint8_t* data, size_t len)
{
	const char owner = getOwner(data, len);

	if (!IsOthers(owner) || len > MaxPayload)
	{
		return false;
	}

	Message message{};

	message.type       = Message::Type::CHECK;
	message.index      = static_cast<uint8_t>(GetIndex(udpSocket));
	message.remoteAddr = copyAddress(remoteAddr);
	message.len        = static_cast<uint16_t>(len);
	std::memcpy(message.payload, data, len);

	// If it does not arrive, the peer repeats it.
	SendMessage(owner, message);

	return true;
}

RTC::TcpConnection::FirstPacket SharedPort::HandOverConnection(
  RTC::TcpConnection* connection,
  const uint8_t* data,
  size_t len,
  const uint8_t* unread,
  size_t unreadLen)
{
	const char owner = getOwner(data, len);
	uv_os_fd_t fd;

	if (!IsOthers(owner))
	{
		return RTC::TcpConnection::FirstPacket::OURS;
	}

	if (
	  unreadLen > MaxPayload ||
	  uv_fileno(reinterpret_cast<uv_handle_t*>(connection->GetUvHandle()), &fd) != 0)
	{
		return RTC::TcpConnection::FirstPacket::LOST;
	}

	const auto* localAddr = connection->GetLocalAddress();

	for (size_t index{ 0 }; index < this->tcpServers.size(); ++index)
	{
		// NOTE: A connection has the address of its server.
		if (this->tcpServers[index]->GetLocalAddress() != localAddr)
		{
			continue;
		}

		Message message{};

		message.type  = Message::Type::CONNECTION;
		message.index = static_cast<uint8_t>(index);
		message.len   = static_cast<uint16_t>(unreadLen);
		std::memcpy(message.payload, unread, unreadLen);

		if (!SendMessage(owner, message, fd))
		{
			break;
		}

		// Our descriptor goes, theirs stays.
		connection->Abandon();

		return RTC::TcpConnection::FirstPacket::HANDED_OVER;
	}

	// That worker died a moment ago, or is too busy.
	return RTC::TcpConnection::FirstPacket::LOST;
}

bool SharedPort::HasPeer(const RTC::UdpSocket* udpSocket, const struct sockaddr* remoteAddr) const
{
	return this->peers.count(peerKey(GetIndex(udpSocket), remoteAddr)) == 1;
}

void SharedPort::AddPeer(RTC::UdpSocket* udpSocket, const struct sockaddr* remoteAddr)
{
	const auto index = GetIndex(udpSocket);
	auto& peer       = this->peers[peerKey(index, remoteAddr)];

	if (!peer)
	{
		try
		{
			peer =
			  std::make_unique<PeerSocket>(this->listener, this->shared, udpSocket, remoteAddr);
		}
		catch (const MediaSoupError& error)
		{
			this->peers.erase(peerKey(index, remoteAddr));

			// NOTE: With each of its checks.
			static thread_local RareLine line;

			if (line.IsDue())
			{
				MS_WARN_TAG(
				  info,
				  "no socket for a client, what it sends is lost: %s [tried in vain: %" PRIu64 "]",
				  error.what(),
				  line.GetCount());
			}

			return;
		}
	}

	// Whoever had a client at that address and port must not get what it sends any more.
	Message message{};

	message.type       = Message::Type::TAKEN;
	message.index      = static_cast<uint8_t>(index);
	message.remoteAddr = copyAddress(remoteAddr);

	for (const char other : this->config.letters)
	{
		if (IsOthers(other))
		{
			SendMessage(other, message);
		}
	}
}

void SharedPort::RemovePeer(const RTC::UdpSocket* udpSocket, const struct sockaddr* remoteAddr)
{
	this->peers.erase(peerKey(GetIndex(udpSocket), remoteAddr));
}

void SharedPort::OnReadable()
{
	for (size_t i{ 0 }; i < MaxMessagesPerRead && ReceiveMessage(); ++i)
	{
	}
}

bool SharedPort::IsOthers(char owner) const
{
	return owner != 0 && owner != this->letter && this->config.letters.find(owner) != std::string::npos;
}

size_t SharedPort::GetIndex(const RTC::UdpSocket* udpSocket) const
{
	const auto it = std::find(this->udpSockets.begin(), this->udpSockets.end(), udpSocket);

	return static_cast<size_t>(it - this->udpSockets.begin());
}

void SharedPort::OpenUnixSocket()
{
	socklen_t len;
	const auto addr = unixAddress(this->config.group, this->letter, len);
	const int on{ 1 };

	this->unixSocket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (
	  this->unixSocket == -1 ||
	  ::setsockopt(this->unixSocket, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) != 0 ||
	  ::bind(this->unixSocket, reinterpret_cast<const struct sockaddr*>(&addr), len) != 0)
	{
		const auto error = errno;

		if (this->unixSocket != -1)
		{
			::close(this->unixSocket);
		}

		MS_THROW_ERROR("no unix socket to the other workers: %s", std::strerror(error));
	}

	this->poll       = new uv_poll_t;
	this->poll->data = this;
	uv_poll_init(DepLibUV::GetLoop(), this->poll, this->unixSocket);
	uv_poll_start(
	  this->poll,
	  UV_READABLE,
	  [](uv_poll_t* poll, int status, int /*events*/)
	  {
		  if (status == 0)
		  {
			  static_cast<SharedPort*>(poll->data)->OnReadable();
		  }
	  });
}

/**
 * The index, among the sockets of the port, of the worker a check is for. All other
 * datagrams are of peers nobody knows (any more): index 0.
 */
void SharedPort::AttachProgram(int fd) const
{
	std::vector<struct sock_filter> program;
	std::vector<size_t> toDefault;
	std::vector<size_t> toUsername;
	const auto statement = [&](uint16_t code, uint32_t k)
	{ program.push_back(BPF_STMT(code, k)); };
	const auto jumpIfEqual = [&](uint32_t k) -> size_t
	{
		program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, 0, 0));

		return program.size() - 1;
	};
	const auto distance = [&](size_t from)
	{ return static_cast<uint8_t>(program.size() - from - 1); };

	// Offset 0 is that of the UDP payload.
	statement(BPF_LD | BPF_H | BPF_ABS, 0);
	toDefault.push_back(jumpIfEqual(BindingRequest));
	statement(BPF_LD | BPF_W | BPF_ABS, 4);
	toDefault.push_back(jumpIfEqual(MagicCookie));
	statement(BPF_LDX | BPF_IMM, StunHeaderSize);

	for (size_t i{ 0 }; i < MaxAttributes; ++i)
	{
		statement(BPF_LD | BPF_H | BPF_IND, 0);
		toUsername.push_back(jumpIfEqual(UsernameAttribute));
		// X += 4 + length, rounded up.
		statement(BPF_LD | BPF_H | BPF_IND, 2);
		statement(BPF_ALU | BPF_ADD | BPF_K, 4 + 3);
		statement(BPF_ALU | BPF_AND | BPF_K, 0xFFFFFFFC);
		statement(BPF_ALU | BPF_ADD | BPF_X, 0);
		statement(BPF_MISC | BPF_TAX, 0);
	}

	for (const auto jump : toDefault)
	{
		program[jump].jf = distance(jump);
	}

	statement(BPF_RET | BPF_K, 0);

	for (const auto jump : toUsername)
	{
		program[jump].jt = distance(jump);
	}

	statement(BPF_LD | BPF_B | BPF_IND, 4);

	for (size_t index{ 0 }; index < this->config.order.size(); ++index)
	{
		const auto jump = jumpIfEqual(static_cast<uint8_t>(this->config.order[index]));

		program[jump].jf = 1;
		statement(BPF_RET | BPF_K, static_cast<uint32_t>(index));
	}

	statement(BPF_RET | BPF_K, 0);

	const struct sock_fprog code{ static_cast<uint16_t>(program.size()), program.data() };

	// Without it the kernel spreads the checks, and each goes to its worker a hop later.
	if (::setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &code, sizeof(code)) != 0)
	{
		MS_WARN_TAG(info, "checks cannot be steered, each may take a way round through another worker: %s", std::strerror(errno));
	}
}

bool SharedPort::SendMessage(char to, const Message& message, int fd) const
{
	auto copy = message;

	copy.from = this->letter;

	socklen_t addrLen;
	auto addr = unixAddress(this->config.group, to, addrLen);
	struct iovec iov{ &copy, offsetof(Message, payload) + message.len };
	alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))]{};
	struct msghdr header{};

	header.msg_name    = &addr;
	header.msg_namelen = addrLen;
	header.msg_iov     = &iov;
	header.msg_iovlen  = 1;

	if (fd != -1)
	{
		header.msg_control    = control;
		header.msg_controllen = sizeof(control);

		auto* cmsg = CMSG_FIRSTHDR(&header);

		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type  = SCM_RIGHTS;
		cmsg->cmsg_len   = CMSG_LEN(sizeof(fd));
		std::memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	}

	return ::sendmsg(this->unixSocket, &header, MSG_NOSIGNAL) > 0;
}

bool SharedPort::ReceiveMessage()
{
	Message message;
	struct iovec iov{ &message, sizeof(message) };
	// NOTE: The kernel closes descriptors that do not fit.
	alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
	struct msghdr header{};

	header.msg_iov        = &iov;
	header.msg_iovlen     = 1;
	header.msg_control    = control;
	header.msg_controllen = sizeof(control);

	const auto received = ::recvmsg(this->unixSocket, &header, MSG_CMSG_CLOEXEC);

	if (received < 0)
	{
		return false;
	}

	bool trusted{ false };
	int fd{ -1 };

	for (auto* cmsg = CMSG_FIRSTHDR(&header); cmsg; cmsg = CMSG_NXTHDR(&header, cmsg))
	{
		if (cmsg->cmsg_level == SOL_SOCKET && cmsg->cmsg_type == SCM_RIGHTS)
		{
			// Padding leaves room for more than one.
			for (size_t pos{ CMSG_LEN(0) }; pos + sizeof(fd) <= cmsg->cmsg_len; pos += sizeof(fd))
			{
				if (fd != -1)
				{
					::close(fd);
				}

				std::memcpy(&fd, reinterpret_cast<const char*>(cmsg) + pos, sizeof(fd));
			}
		}
		else if (cmsg->cmsg_level == SOL_SOCKET && cmsg->cmsg_type == SCM_CREDENTIALS)
		{
			struct ucred credentials{};

			std::memcpy(&credentials, CMSG_DATA(cmsg), sizeof(credentials));
			trusted = credentials.uid == ::geteuid();
		}
	}

	const auto size = static_cast<size_t>(received);
	const bool complete =
	  size >= offsetof(Message, payload) && size == offsetof(Message, payload) + message.len;
	const auto* remoteAddr = reinterpret_cast<const struct sockaddr*>(&message.remoteAddr);

	if (trusted && complete)
	{
		switch (message.type)
		{
			case Message::Type::CHECK:
			{
				if (message.index < this->udpSockets.size() && getOwner(message.payload, message.len) == this->letter)
				{
					auto* udpSocket = this->udpSockets[message.index];

					this->listener->OnUdpSocketPacketReceived(
					  udpSocket,
					  message.payload,
					  message.len,
					  sizeof(message.payload),
					  remoteAddr,
					  this->shared->GetTimeUs());

					// The sender still has a socket for this address, or did not hear of ours.
					if (this->peers.count(peerKey(message.index, remoteAddr)) == 1)
					{
						AddPeer(udpSocket, remoteAddr);
					}
				}

				break;
			}

			case Message::Type::CONNECTION:
			{
				if (message.index < this->tcpServers.size() && fd != -1)
				{
					this->tcpServers[message.index]->Adopt(fd, message.payload, message.len);
					fd = -1;
				}

				break;
			}

			case Message::Type::TAKEN:
			{
				this->peers.erase(peerKey(message.index, remoteAddr));

				break;
			}
		}
	}

	if (fd != -1)
	{
		::close(fd);
	}

	return true;
}
