// Beast over TLS: the only file that compiles it.

#include <boost/asio/ssl/context.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include "http_connection.hpp"

namespace croupier::edge {

namespace ssl = boost::asio::ssl;
using TlsStream = boost::beast::ssl_stream<TcpSocket>;

template <>
Task<bool> handshake(TlsStream& stream)
{
    const auto [error] = co_await stream.async_handshake(ssl::stream_base::server, kAsValue);
    co_return !error;
}

namespace {

/// TLS 1.2 and 1.3 with OpenSSL's default ciphers; no renegotiation, and no buffers kept by idle connections.
void restrict_protocol(ssl::context& context)
{
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
    SSL_CTX_set_options(context.native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(context.native_handle(), SSL_MODE_RELEASE_BUFFERS);
}

}  // namespace

Serve make_tls_server(const Options& options, std::string& failed)
{
    CROUPIER_ASSERT(options.tls_certificate && options.tls_key);
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    restrict_protocol(*context);
    const std::string certificate = options.tls_certificate->string();
    const std::string key = options.tls_key->string();
    boost::system::error_code error;
    context->use_private_key_file(key, ssl::context::pem, error);
    if (error) {
        failed = key + ": cannot be used as the private key: " + error.message();
        return {};
    }
    context->use_certificate_chain_file(certificate, error);
    if (error) {
        failed = certificate + ": cannot be used as the certificate: " + error.message();
        return {};
    }
    // The certificate has put aside a key that does not fit, also one of another kind (RSA beside EC).
    if (SSL_CTX_check_private_key(context->native_handle()) != 1) {
        failed = key + ": is not the key of " + certificate;
        return {};
    }
    return [context](const std::shared_ptr<Hub>& hub, TcpSocket socket) {
        auto connection = std::make_shared<HttpConnection<TlsStream>>(hub, TlsStream{std::move(socket), *context});
        boost::asio::co_spawn(hub->executor(), HttpConnection<TlsStream>::run(std::move(connection)), report);
    };
}

}  // namespace croupier::edge
