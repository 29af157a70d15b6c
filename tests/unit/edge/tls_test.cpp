#include <catch2/catch.hpp>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "loopback.hpp"

using namespace croupier;
using namespace croupier::edge;
using namespace croupier::edge::test;

namespace {

template <class T, void (*release)(T*)>
struct Release {
    void operator()(T* object) const { release(object); }
};
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Release<X509, X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Release<SSL_CTX, SSL_CTX_free>>;
using Tls = std::unique_ptr<SSL, Release<SSL, SSL_free>>;

/// A key and a certificate for it, signed by itself, in a folder that goes with it.
struct Credentials {
    Credentials()
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "edge-test-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        folder = pattern;
        const Key key{EVP_EC_gen("P-256")};
        const Certificate certificate{X509_new()};
        X509_set_version(certificate.get(), 2);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
        X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
        X509_set_pubkey(certificate.get(), key.get());
        auto* const name = X509_get_subject_name(certificate.get());
        X509_NAME_add_entry_by_txt(
            name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
        X509_set_issuer_name(certificate.get(), name);
        REQUIRE(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
        write(certificate_file(), [&](std::FILE* file) { return PEM_write_X509(file, certificate.get()); });
        write(key_file(), [&](std::FILE* file) {
            return PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
        });
    }
    ~Credentials() { std::filesystem::remove_all(folder); }

    std::filesystem::path certificate_file() const { return folder / "certificate.pem"; }
    std::filesystem::path key_file() const { return folder / "key.pem"; }

    Options options() const
    {
        Options result;
        result.tls_certificate = certificate_file();
        result.tls_key = key_file();
        result.echo = true;
        return result;
    }

    template <class Write>
    static void write(const std::filesystem::path& path, Write write_to)
    {
        std::FILE* const file = std::fopen(path.c_str(), "w");
        REQUIRE(file != nullptr);
        CHECK(write_to(file) == 1);
        std::fclose(file);
    }

    std::filesystem::path folder;
};

/// TLS on the client's socket, turned by hand between turns of the loop.
class TlsClient {
public:
    TlsClient(Loopback& loopback, int version_min, int version_max)
        : loopback_{loopback}, client_{loopback.edge->port()}, context_{SSL_CTX_new(TLS_client_method())}
    {
        SSL_CTX_set_min_proto_version(context_.get(), version_min);
        SSL_CTX_set_max_proto_version(context_.get(), version_max);
        SSL_CTX_set_security_level(context_.get(), 0);  // So that the old versions are tried at all.
        tls_.reset(SSL_new(context_.get()));
        SSL_set_fd(tls_.get(), client_.fd());
    }

    bool handshake()
    {
        int result = 0;
        const bool decided = loopback_.until([&] {
            result = SSL_connect(tls_.get());
            return result == 1 || !would_wait(result);
        });
        ERR_clear_error();
        return decided && result == 1;
    }

    void send(std::string_view bytes)
    {
        REQUIRE(SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size())) == static_cast<int>(bytes.size()));
    }

    /// Reads until the text has come.
    std::string receive_until(std::string_view text)
    {
        std::string received;
        CHECK(loopback_.until([&] {
            char buffer[4096];
            const int size = SSL_read(tls_.get(), buffer, sizeof buffer);
            if (size > 0) { received.append(buffer, static_cast<std::size_t>(size)); }
            return received.find(text) != std::string::npos;
        }));
        return received;
    }

    std::string version() const { return SSL_get_version(tls_.get()); }

private:
    bool would_wait(int result) const
    {
        const int error = SSL_get_error(tls_.get(), result);
        return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
    }

    Loopback& loopback_;
    Client client_;
    Context context_;
    Tls tls_;
};

}  // namespace

TEST_CASE("edge: over TLS 1.2 and 1.3 HTTP and WebSocket are served as over TCP", "[edge]")
{
    const Credentials credentials;
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        Loopback loopback{credentials.options()};
        answer_all(loopback);
        TlsClient client{loopback, version, version};
        REQUIRE(client.handshake());
        CHECK(client.version() == (version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3"));
        client.send("GET /secure HTTP/1.1\r\nHost: localhost\r\n\r\n");
        CHECK(client.receive_until("GET /secure ").find("HTTP/1.1 200 OK") == 0);
        client.send(Loopback::upgrade("/ws", "Origin: https://localhost\r\n"));
        CHECK(client.receive_until("\r\n\r\n").find("HTTP/1.1 101 ") == 0);
        REQUIRE(loopback.until([&] { return loopback.handler.opened.size() == 1; }));
        loopback.edge->send(loopback.handler.opened[0], Seq{2}, FrameKind::own, "", "gated");
        loopback.edge->committed(Seq{2});
        CHECK(client.receive_until("gated") == std::string{"\x81\x05gated"});
    }
}

TEST_CASE("edge: TLS 1.1 is refused, plain HTTP to a TLS port too, and others are served on", "[edge]")
{
    const Credentials credentials;
    Loopback loopback{credentials.options()};
    answer_all(loopback);
    TlsClient old{loopback, TLS1_VERSION, TLS1_1_VERSION};
    CHECK_FALSE(old.handshake());
    Client plain{loopback.edge->port()};
    plain.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(loopback.ends(plain));
    CHECK(loopback.handler.requests.empty());

    TlsClient current{loopback, TLS1_2_VERSION, TLS1_3_VERSION};
    REQUIRE(current.handshake());
    current.send("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(current.receive_until("GET /x ").find("200 OK") != std::string::npos);
}

TEST_CASE("edge: a certificate or key that cannot be used is an error that names the file", "[edge]")
{
    const Credentials credentials;
    const auto failure = [](const Options& options) {
        boost::asio::io_context loop;
        RecordingHandler handler;
        return make_edge(loop, options, handler)->listen().value_or("");
    };
    auto options = credentials.options();
    options.port = 0;
    options.tls_certificate = credentials.folder / "missing.pem";
    CHECK(failure(options).find("missing.pem: ") != std::string::npos);
    options.tls_certificate = credentials.certificate_file();
    options.tls_key = credentials.certificate_file();  // Holds no key.
    CHECK(failure(options).find("certificate.pem: ") != std::string::npos);
    const Credentials other;
    options.tls_key = other.key_file();  // Of another certificate.
    CHECK(failure(options) == options.tls_key->string() + ": is not the key of " + options.tls_certificate->string());
    const Key rsa{EVP_RSA_gen(2048)};  // Not even of the certificate's kind.
    Credentials::write(other.key_file(),
        [&](std::FILE* file) { return PEM_write_PrivateKey(file, rsa.get(), nullptr, nullptr, 0, nullptr, nullptr); });
    CHECK(failure(options) == options.tls_key->string() + ": is not the key of " + options.tls_certificate->string());
    options.tls_key.reset();
    CHECK(failure(options) == "TLS needs a certificate and its key");
}
