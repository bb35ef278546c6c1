#include "ice_dtls_client.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>
#include <vector>

namespace bench {
namespace {

constexpr uint16_t kBindingRequest = 0x0001;
constexpr uint8_t kSuccessClass = 0x01;
constexpr int kBufferBytes = 4 << 20;

/// What an SRTP profile takes of the exported keys, and how libsrtp2 is told of it.
struct SrtpSuite {
  std::size_t key_bytes;
  std::size_t salt_bytes;
  void (*set)(srtp_crypto_policy_t*);
};

SrtpSuite suite_of(unsigned long profile) {
  switch (profile) {
    case SRTP_AEAD_AES_128_GCM:
      return {16, 12, srtp_crypto_policy_set_aes_gcm_128_16_auth};
    case SRTP_AEAD_AES_256_GCM:
      return {32, 12, srtp_crypto_policy_set_aes_gcm_256_16_auth};
    case SRTP_AES128_CM_SHA1_80:
      return {16, 14, srtp_crypto_policy_set_rtp_default};
    default:
      throw std::runtime_error("the bridge chose an unknown SRTP profile");
  }
}

/// A STUN message under construction (RFC 8489 §5).
class StunRequest {
 public:
  StunRequest() : bytes_(20, 0) {
    put16(0, kBindingRequest);
    const std::array<uint8_t, 4> cookie{0x21, 0x12, 0xA4, 0x42};
    std::memcpy(&bytes_[4], cookie.data(), cookie.size());
    RAND_bytes(&bytes_[8], 12);
  }

  void add(uint16_t type, const std::vector<uint8_t>& value) {
    const std::size_t at = bytes_.size();
    bytes_.resize(at + 4 + ((value.size() + 3) & ~std::size_t{3}), 0);
    put16(at, type);
    put16(at + 2, static_cast<uint16_t>(value.size()));
    std::memcpy(&bytes_[at + 4], value.data(), value.size());
    put16(2, static_cast<uint16_t>(bytes_.size() - 20));
  }

  void add_integrity(const std::string& pwd) {
    put16(2, static_cast<uint16_t>(bytes_.size() - 20 + 24));
    std::vector<uint8_t> digest(20);
    unsigned length = 20;
    HMAC(EVP_sha1(), pwd.data(), static_cast<int>(pwd.size()), bytes_.data(), bytes_.size(), digest.data(), &length);
    add(0x0008, digest);
  }

  void add_fingerprint() {
    put16(2, static_cast<uint16_t>(bytes_.size() - 20 + 8));
    const uint32_t value = htonl(crc32() ^ 0x5354554e);
    std::vector<uint8_t> encoded(4);
    std::memcpy(encoded.data(), &value, 4);
    add(0x8028, encoded);
  }

  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  void put16(std::size_t at, uint16_t value) {
    bytes_[at] = static_cast<uint8_t>(value >> 8);
    bytes_[at + 1] = static_cast<uint8_t>(value);
  }

  uint32_t crc32() const {
    uint32_t crc = ~0U;
    for (const uint8_t byte : bytes_) {
      crc ^= byte;
      for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
    }
    return ~crc;
  }

  std::vector<uint8_t> bytes_;
};

std::vector<uint8_t> nominating_check(const IceCredentials& remote) {
  const std::string user = remote.ufrag + ":bench";
  StunRequest request;
  request.add(0x0006, {user.begin(), user.end()});
  request.add(0x0024, {0x7e, 0, 0, 0});                       // PRIORITY
  request.add(0x802A, {1, 2, 3, 4, 5, 6, 7, 8});              // ICE-CONTROLLING
  request.add(0x0025, {});                                    // USE-CANDIDATE
  request.add_integrity(remote.pwd);
  request.add_fingerprint();
  return request.bytes();
}

srtp_t srtp_session(srtp_ssrc_type_t direction, const SrtpSuite& suite, const uint8_t* master_key, const uint8_t* salt) {
  std::vector<uint8_t> key(master_key, master_key + suite.key_bytes);
  key.insert(key.end(), salt, salt + suite.salt_bytes);
  srtp_policy_t policy{};
  suite.set(&policy.rtp);
  suite.set(&policy.rtcp);
  policy.ssrc.type = direction;
  policy.key = key.data();
  policy.window_size = 1024;
  srtp_t session = nullptr;
  if (srtp_create(&session, &policy) != srtp_err_status_ok) throw std::runtime_error("libsrtp2 refused the keys");
  return session;
}

}  // namespace

DtlsContext::DtlsContext(const char* certificate_file, const char* key_file, const char* srtp_profile)
    : context_(SSL_CTX_new(DTLS_client_method()), SSL_CTX_free) {
  if (SSL_CTX_use_certificate_file(context_.get(), certificate_file, SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_use_PrivateKey_file(context_.get(), key_file, SSL_FILETYPE_PEM) != 1) {
    throw std::runtime_error("cannot read the certificate or its key");
  }
  // The bridge's certificate is not what is measured here.
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_NONE, nullptr);
  if (SSL_CTX_set_tlsext_use_srtp(context_.get(), srtp_profile) != 0) {
    throw std::runtime_error("this OpenSSL does not know the SRTP profile");
  }
}

IceDtlsClient::IceDtlsClient(uint16_t port, IceCredentials remote, const DtlsContext& context)
    : fd_(socket(AF_INET, SOCK_DGRAM, 0)), remote_(std::move(remote)) {
  setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &kBufferBytes, sizeof kBufferBytes);
  sockaddr_in bridge{};
  bridge.sin_family = AF_INET;
  bridge.sin_port = htons(port);
  bridge.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd_ < 0 || connect(fd_, reinterpret_cast<sockaddr*>(&bridge), sizeof bridge) != 0) {
    throw std::runtime_error(std::strerror(errno));
  }
  check();
  handshake(context);
  derive_keys();
}

IceDtlsClient::~IceDtlsClient() {
  if (outbound_ != nullptr) srtp_dealloc(outbound_);
  if (inbound_ != nullptr) srtp_dealloc(inbound_);
  close(fd_);
}

void IceDtlsClient::refresh_consent() const {
  const auto request = nominating_check(remote_);
  send(fd_, request.data(), request.size(), 0);
}

void IceDtlsClient::check() {
  for (int attempt = 0; attempt < 50; ++attempt) {
    refresh_consent();
    pollfd ready{fd_, POLLIN, 0};
    if (poll(&ready, 1, 100) <= 0) continue;
    std::array<uint8_t, 2048> answer{};
    if (recv(fd_, answer.data(), answer.size(), 0) > 20 && answer[0] == kSuccessClass && answer[1] == 0x01) return;
  }
  throw std::runtime_error("the bridge answered no ICE check");
}

void IceDtlsClient::handshake(const DtlsContext& context) {
  ssl_.reset(SSL_new(context.get()));
  BIO* bio = BIO_new_dgram(fd_, BIO_NOCLOSE);
  sockaddr_in bridge{};
  socklen_t length = sizeof bridge;
  getpeername(fd_, reinterpret_cast<sockaddr*>(&bridge), &length);
  BIO_ctrl(bio, BIO_CTRL_DGRAM_SET_CONNECTED, 0, &bridge);
  timeval timeout{1, 0};
  BIO_ctrl(bio, BIO_CTRL_DGRAM_SET_RECV_TIMEOUT, 0, &timeout);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_options(ssl_.get(), SSL_OP_NO_QUERY_MTU);
  DTLS_set_link_mtu(ssl_.get(), 1200);
  for (int attempt = 0; attempt < 10; ++attempt) {
    const int result = SSL_connect(ssl_.get());
    if (result == 1) return;
    const int reason = SSL_get_error(ssl_.get(), result);
    if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_SYSCALL) break;
  }
  throw std::runtime_error("the DTLS handshake failed");
}

void IceDtlsClient::derive_keys() {
  const SRTP_PROTECTION_PROFILE* profile = SSL_get_selected_srtp_profile(ssl_.get());
  if (profile == nullptr) throw std::runtime_error("the bridge chose no SRTP profile");
  const SrtpSuite suite = suite_of(profile->id);
  std::vector<uint8_t> material(2 * (suite.key_bytes + suite.salt_bytes));
  const std::string label = "EXTRACTOR-dtls_srtp";
  if (SSL_export_keying_material(ssl_.get(), material.data(), material.size(), label.data(), label.size(), nullptr, 0,
                                 0) != 1) {
    throw std::runtime_error("no SRTP keys came out of the DTLS handshake");
  }
  // RFC 5764 §4.2: client key, server key, client salt, server salt; we are the client.
  const uint8_t* salts = material.data() + 2 * suite.key_bytes;
  outbound_ = srtp_session(ssrc_any_outbound, suite, material.data(), salts);
  inbound_ = srtp_session(ssrc_any_inbound, suite, material.data() + suite.key_bytes, salts + suite.salt_bytes);
}

bool IceDtlsClient::unprotect_rtp(uint8_t* packet, int& length) {
  return srtp_unprotect(inbound_, packet, &length) == srtp_err_status_ok;
}

void IceDtlsClient::send_rtp(const uint8_t* packet, int length) {
  std::array<uint8_t, 1600> buffer{};
  std::memcpy(buffer.data(), packet, static_cast<std::size_t>(length));
  if (srtp_protect(outbound_, buffer.data(), &length) != srtp_err_status_ok) {
    throw std::runtime_error("libsrtp2 could not protect a packet");
  }
  send(fd_, buffer.data(), static_cast<std::size_t>(length), 0);
}

void IceDtlsClient::send_rtcp(const uint8_t* packet, int length) {
  std::array<uint8_t, 1600> buffer{};
  std::memcpy(buffer.data(), packet, static_cast<std::size_t>(length));
  if (srtp_protect_rtcp(outbound_, buffer.data(), &length) != srtp_err_status_ok) {
    throw std::runtime_error("libsrtp2 could not protect a report");
  }
  send(fd_, buffer.data(), static_cast<std::size_t>(length), 0);
}

}  // namespace bench
