#pragma once

#include <openssl/ssl.h>
#include <srtp2/srtp.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>

namespace bench {

struct IceCredentials {
  std::string ufrag;
  std::string pwd;
};

/// The certificate and settings all clients of one process share. The SRTP profile has OpenSSL's name for it: SRTP_AEAD_AES_128_GCM,
/// SRTP_AEAD_AES_256_GCM or SRTP_AES128_CM_SHA1_80.
class DtlsContext {
 public:
  DtlsContext(const char* certificate_file, const char* key_file, const char* srtp_profile);
  SSL_CTX* get() const { return context_.get(); }

 private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
};

/// The least an ICE-lite bridge asks of a client: a nominating check (RFC 8445), a DTLS handshake as the client
/// (RFC 5764) and SRTP (RFC 3711, RFC 7714). Throws std::runtime_error when a step fails.
class IceDtlsClient {
 public:
  IceDtlsClient(uint16_t port, IceCredentials remote, const DtlsContext& context);
  IceDtlsClient(const IceDtlsClient&) = delete;
  ~IceDtlsClient();

  int fd() const { return fd_; }
  /// Sends one check without waiting for the answer: keeps the bridge's consent fresh.
  void refresh_consent() const;
  /// Protects and sends; `length` bytes of at most 1,400, room for the tag is ours.
  void send_rtp(const uint8_t* packet, int length);
  void send_rtcp(const uint8_t* packet, int length);
  /// Decrypts in place; false when the packet is not authentic or its index came before. `length` becomes that of the plain packet.
  bool unprotect_rtp(uint8_t* packet, int& length);

 private:
  void check();
  void handshake(const DtlsContext& context);
  void derive_keys();

  int fd_;
  IceCredentials remote_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
  srtp_t outbound_ = nullptr;
  srtp_t inbound_ = nullptr;
};

}  // namespace bench
