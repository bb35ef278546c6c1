#define MS_CLASS "SrtpJournal"
// #define MS_LOG_DEV_LEVEL 3

#include "SrtpJournal.hpp"
#include "Logger.hpp"
#include <algorithm>
#include <cerrno>
#include <cstring> // std::strerror(), std::strncmp()
#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unordered_map>

/* Static. */

static const std::string ConfigPrefix{ "journal:" };
// 2 MB and 6 MB, of which what is not used takes no memory.
static constexpr size_t MaxSessions{ 8192 };
static constexpr size_t MaxStreams{ 131072 };
static constexpr size_t TransportIdSize{ 64 };

namespace
{
	struct SessionEntry
	{
		bool used;
		char transportId[TransportIdSize];
		SrtpJournal::Keys keys;
		uint32_t rtcpIndex;
		uint16_t transportSeq;
	};

	struct Region
	{
		SessionEntry sessions[MaxSessions];
		SrtpJournal::Stream streams[MaxStreams];
	};

	thread_local Region* region{ nullptr };
	thread_local std::vector<uint32_t> freeSessions;
	thread_local std::vector<uint32_t> freeStreams;
	thread_local std::unordered_map<std::string, SrtpJournal::Remains> remains;

	Region* mapFile(const std::string& path)
	{
		const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
		void* mapped = MAP_FAILED;

		if (fd != -1 && ::ftruncate(fd, sizeof(Region)) == 0)
		{
			mapped = ::mmap(nullptr, sizeof(Region), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		}

		const auto error = errno;

		if (fd != -1)
		{
			::close(fd);
		}

		if (mapped == MAP_FAILED)
		{
			MS_WARN_TAG(info, "no journal, calls will not survive this worker: %s", std::strerror(error));

			return nullptr;
		}

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
	if (freeStreams.empty())
	{
		MS_WARN_TAG(info, "journal is full");
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
		if (auto* mapped = mapFile(before))
		{
			readRemains(*mapped);
			::munmap(mapped, sizeof(Region));
		}
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

std::shared_ptr<SrtpJournal::Session> SrtpJournal::Add(const std::string& transportId, const Keys& keys)
{
	if (!region || freeSessions.empty() || transportId.size() >= TransportIdSize)
	{
		return nullptr;
	}

	const auto position = freeSessions.back();
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
