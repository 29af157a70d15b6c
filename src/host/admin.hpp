#pragma once

#include <boost/asio/io_context.hpp>

#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "admin_line.hpp"

namespace croupier::host {

/// What an operator on the same machine can ask of a running server: a socket in the data directory that only the owner of
/// the directory can open. One line of JSON in, one line out:
///   {"op":"backup","directory":"/absolute/path"}   {"op":"erase","player":"12"}
///   {"op":"operator_add","role":"cashier","token_sha256":"…"}   {"op":"operator_remove","token_sha256":"…"}
///   {"op":"rng_reseed"}
///   {"ok":true}                                      {"error":"what failed"}
class Admin {
public:
    /// Called with nullopt when done, or with what failed.
    using Done = std::function<void(std::optional<std::string>)>;
    struct Handlers {
        std::function<void(std::filesystem::path directory, Done done)> backup;
        std::function<void(std::uint64_t player, Done done)> erase;
        std::function<void(const OperatorLine& line, Done done)> change_operator;
        std::function<void(Done done)> reseed;
    };

    /// Listens at `socket`; a stale file there is replaced (the ledger's lock has shown that nobody else serves here).
    static std::expected<std::unique_ptr<Admin>, std::string> listen(
        boost::asio::io_context& loop, const std::filesystem::path& socket, Handlers handlers);
    virtual ~Admin() = default;
    /// Takes no more requests; those under way end.
    virtual void stop() = 0;
};

/// Sends one request to the server of a data directory and waits for its answer.
enum class AskResult { done, failed, no_server };
struct AdminAnswer {
    AskResult result = AskResult::no_server;
    std::string error;
};
AdminAnswer ask_admin(const std::filesystem::path& socket, const std::string& line);

}  // namespace croupier::host
