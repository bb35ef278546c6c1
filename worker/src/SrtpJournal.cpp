#define MS_CLASS "SrtpJournal"
// #define MS_LOG_DEV_LEVEL 3

#include "SrtpJournal.hpp"
#include "Logger.hpp"
#include "RareLine.hpp"
#include <algorithm>
#include <atomic> // std::atomic_signal_fence()
#include <cerrno>
#include <cinttypes> // PRIu64
#include <cstddef> // offsetof()
#include <cstring> // std::strerror(), std::strncmp()
#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unordered_map>
#include <utility> // std::exchange()

/* Static. */

static const std::string ConfigPrefix{ "journal:" };
// 4 MB and 6 MB, of which what is not used takes no memory.
static constexpr size_t MaxSessions{ 8192 };
static constexpr size_t MaxStreams{ 131072 };
static constexpr size_t TransportIdSize{ 64 };
// One on P-256 takes some 500 bytes with its key.
static constexpr size_t MaxCertificateSize{ 2048 };

namespace
{
	struct SessionEntry
	{
		bool used;
		char transportId[TransportIdSize];
		SrtpJournal::Keys keys;
		uint32_t rtcpIndex;
		uint16_t transportSeq;
		SrtpJournal::Dtls dtls;
		// One is valid while the other one is written.
		SrtpJournal::Association associations[2];
		uint8_t validAssociation;
	};

	struct Certificate
	{
		uint32_t size;
		std::array<uint8_t, MaxCertificateSize> der;
	};

	struct Region
	{
		SessionEntry sessions[MaxSessions];
		SrtpJournal::Stream streams[MaxStreams];
		Certificate certificate;
	};

	thread_local Region* region{ nullptr };
	thread_local std::vector<uint32_t> freeSessions;
	thread_local std::vector<uint32_t> freeStreams;
	thread_local std::unordered_map<std::string, SrtpJournal::Remains> remains;
	thread_local std::vector<uint8_t> certificateBefore;

	// What the file system has given us, from the beginning of each array on: touching more of
	// the mapping would end this process if there is no memory left.
	class Room
	{
	public:
		Room(size_t offset, size_t size) : offset(offset), size(size)
		{
		}

	public:
		// Whether the first `needed` bytes can be used.
		bool Ensure(size_t needed)
		{
			while (this->taken < needed)
			{
				const auto step = std::min(StepSize, this->size - this->taken);
				const int error =
				  ::posix_fallocate(file, static_cast<off_t>(this->offset + this->taken), static_cast<off_t>(step));

				if (error != 0)
				{
					Complain(error);

					return false;
				}

				this->taken += step;
			}

			return true;
		}
		void Clear()
		{
			this->taken = 0;
		}

	public:
		static thread_local int file;

	private:
		static void Complain(int error)
		{
			static thread_local bool complained{ false };

			if (!complained)
			{
				complained = true;

				MS_ERROR(
				  "no room for the journal in /dev/shm, calls that are not in it will not survive this worker: %s",
				  std::strerror(error));
			}
		}

	private:
		static constexpr size_t StepSize{ 65536 };

		size_t offset;
		size_t size;
		size_t taken{ 0 };
	};

	thread_local int Room::file{ -1 };
	thread_local Room sessionRoom(offsetof(Region, sessions), sizeof(Region::sessions));
	thread_local Room streamRoom(offsetof(Region, streams), sizeof(Region::streams));
	thread_local Room certificateRoom(offsetof(Region, certificate), sizeof(Region::certificate));

	Region* mapFile(const std::string& path)
	{
		const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
		void* mapped = MAP_FAILED;

		if (fd != -1 && ::ftruncate(fd, sizeof(Region)) == 0)
		{
			mapped = ::mmap(nullptr, sizeof(Region), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		}

		if (mapped == MAP_FAILED)
		{
			MS_ERROR("no journal, calls will not survive this worker: %s", std::strerror(errno));

			if (fd != -1)
			{
				::close(fd);
			}

			return nullptr;
		}

		Room::file = fd;
		sessionRoom.Clear();
		streamRoom.Clear();
		certificateRoom.Clear();

		return static_cast<Region*>(mapped);
	}

	void readRemains(const Region& before)
	{
		std::unordered_map<uint32_t, SrtpJournal::Remains*> byPosition;

		for (uint32_t i{ 0 }; i < MaxSessions; ++i)
		{
			const auto& entry = before.sessions[i];

			if (entry.used)
			{
				const std::string id(entry.transportId, ::strnlen(entry.transportId, TransportIdSize));
				auto& left = remains[id];

				left.keys         = entry.keys;
				left.rtcpIndex    = entry.rtcpIndex;
				left.transportSeq = entry.transportSeq;
				left.dtls         = entry.dtls;
				left.association  = entry.associations[entry.validAssociation & 1];
				byPosition[i + 1] = &left;
			}
		}

		for (const auto& stream : before.streams)
		{
			if (const auto it = byPosition.find(stream.session); stream.session != 0 && it != byPosition.end())
			{
				it->second->streams.push_back(stream);
			}
		}
	}

	// NOTE: Not mapped. Reading a page that was never written would take memory.
	void readFile(const std::string& path)
	{
		const auto before = std::make_unique<Region>();
		auto* data        = reinterpret_cast<uint8_t*>(before.get());
		const int fd      = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
		size_t len{ 0 };

		while (fd != -1 && len < sizeof(Region))
		{
			const auto got = ::pread(fd, data + len, sizeof(Region) - len, static_cast<off_t>(len));

			if (got <= 0)
			{
				break;
			}

			len += static_cast<size_t>(got);
		}

		if (fd != -1)
		{
			::close(fd);
		}

		if (len == sizeof(Region))
		{
			const auto& [size, der] = before->certificate;

			certificateBefore.assign(der.begin(), der.begin() + std::min<size_t>(size, der.size()));
			readRemains(*before);
		}
		else
		{
			MS_ERROR("the journal of the worker before cannot be read, its calls are lost");
		}

		OPENSSL_cleanse(data, sizeof(Region));
	}

	void fillDescending(std::vector<uint32_t>& free, size_t count)
	{
		free.clear();
		free.reserve(count);

		for (size_t i{ count }; i > 0; --i)
		{
			free.push_back(static_cast<uint32_t>(i - 1));
		}
	}
} // namespace

/* Instance methods. */

SrtpJournal::Remains::~Remains()
{
	OPENSSL_cleanse(&this->keys, sizeof(this->keys));
	OPENSSL_cleanse(&this->dtls, sizeof(this->dtls));
}

SrtpJournal::Session::Session(uint32_t position) : position(position)
{
}

SrtpJournal::Session::~Session()
{
	for (auto* stream : this->streams)
	{
		*stream = {};
		freeStreams.push_back(static_cast<uint32_t>(stream - region->streams));
	}

	OPENSSL_cleanse(&region->sessions[this->position], sizeof(SessionEntry));
	freeSessions.push_back(this->position);
}

SrtpJournal::Stream* SrtpJournal::Session::AddStream(uint32_t ssrc, bool outgoing)
{
	if (freeStreams.empty() || !streamRoom.Ensure((freeStreams.back() + size_t{ 1 }) * sizeof(Stream)))
	{
		static thread_local RareLine line;

		if (line.IsDue())
		{
			MS_WARN_TAG(
			  info,
			  "journal is full, calls that are not in it will not survive this worker [streams without a place: %" PRIu64
			  "]",
			  line.GetCount());
		}

		// NOTE: A successor that knew the keys but not this stream would use nonces twice.
		region->sessions[this->position].used = false;

		return nullptr;
	}

	auto* stream = &region->streams[freeStreams.back()];

	freeStreams.pop_back();
	*stream         = {};
	stream->ssrc     = ssrc;
	stream->outgoing = outgoing;
	stream->session  = this->position + 1;
	this->streams.push_back(stream);

	return stream;
}

void SrtpJournal::Session::RemoveStream(Stream* stream)
{
	std::erase(this->streams, stream);
	*stream = {};
	freeStreams.push_back(static_cast<uint32_t>(stream - region->streams));
}

uint32_t SrtpJournal::Session::TakeRtcpIndex()
{
	return ++region->sessions[this->position].rtcpIndex;
}

void SrtpJournal::Session::SetRtcpIndex(uint32_t rtcpIndex)
{
	region->sessions[this->position].rtcpIndex = rtcpIndex;
}

void SrtpJournal::Session::SetTransportSeq(uint16_t seq)
{
	region->sessions[this->position].transportSeq = seq;
}

void SrtpJournal::Session::SetDtls(const Dtls& dtls)
{
	region->sessions[this->position].dtls = dtls;
}

void SrtpJournal::Session::SetDtlsSent(const DtlsSent& sent)
{
	region->sessions[this->position].dtls.sent = sent;
}

void SrtpJournal::Session::SetDtlsReceived(uint64_t sequence)
{
	region->sessions[this->position].dtls.received = sequence;
}

void SrtpJournal::Session::SetAssociation(const Association& association)
{
	auto& entry     = region->sessions[this->position];
	const auto next = static_cast<uint8_t>((entry.validAssociation & 1) ^ 1);

	entry.associations[next] = association;
	std::atomic_signal_fence(std::memory_order_release);
	entry.validAssociation = next;
}

void SrtpJournal::Session::ListSendMemory(MemoryAhead& memoryAhead) const
{
	memoryAhead.Add(*this);
	memoryAhead.Add(region->sessions[this->position].transportSeq);
}

/* Class methods. */

bool SrtpJournal::IsConfig(const std::string& text)
{
	return text.rfind(ConfigPrefix, 0) == 0;
}

void SrtpJournal::Open(const std::string& config)
{
	const auto separator = config.find(':', ConfigPrefix.size());
	const auto path      = config.substr(ConfigPrefix.size(), separator - ConfigPrefix.size());
	const auto before = separator == std::string::npos ? std::string() : config.substr(separator + 1);

	if (!before.empty())
	{
		readFile(before);
	}

	if (!region)
	{
		region = mapFile(path);
	}

	if (region)
	{
		fillDescending(freeSessions, MaxSessions);
		fillDescending(freeStreams, MaxStreams);
	}
}

std::vector<uint8_t> SrtpJournal::TakeCertificate()
{
	return std::exchange(certificateBefore, {});
}

void SrtpJournal::SetCertificate(const std::vector<uint8_t>& der)
{
	if (!region || der.size() > MaxCertificateSize || !certificateRoom.Ensure(sizeof(Certificate)))
	{
		return;
	}

	std::copy(der.begin(), der.end(), region->certificate.der.begin());
	region->certificate.size = static_cast<uint32_t>(der.size());
}

std::shared_ptr<SrtpJournal::Session> SrtpJournal::Add(const std::string& transportId, const Keys& keys)
{
	if (!region || freeSessions.empty() || transportId.size() >= TransportIdSize)
	{
		return nullptr;
	}

	const auto position = freeSessions.back();

	if (!sessionRoom.Ensure((position + size_t{ 1 }) * sizeof(SessionEntry)))
	{
		return nullptr;
	}

	auto& entry         = region->sessions[position];

	freeSessions.pop_back();
	entry = {};
	std::memcpy(entry.transportId, transportId.data(), transportId.size());
	entry.keys = keys;
	entry.used = true;

	return std::make_shared<Session>(position);
}

std::optional<SrtpJournal::Remains> SrtpJournal::Take(const std::string& transportId)
{
	const auto it = remains.find(transportId);

	if (it == remains.end())
	{
		return std::nullopt;
	}

	std::optional<Remains> taken{ it->second };

	remains.erase(it);

	return taken;
}
