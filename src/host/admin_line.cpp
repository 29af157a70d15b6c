#include "admin_line.hpp"

#include "strict_json.hpp"

namespace croupier::host {

namespace {

constexpr std::size_t kDigitsMax = 18;

std::expected<AdminLine, std::string> parse_backup(const JsonValue& root)
{
    const JsonValue* directory = root.member("directory");
    // A zero byte would end the path early where the system is asked for it.
    if (directory == nullptr || !directory->text.starts_with('/') || directory->text.contains('\0')) {
        return std::unexpected{"backup wants an absolute directory"};
    }
    return BackupLine{directory->text};
}

std::expected<AdminLine, std::string> parse_erase(const JsonValue& root)
{
    const JsonValue* player = root.member("player");
    if (player == nullptr || player->text.empty() || player->text.size() > kDigitsMax
        || player->text.find_first_not_of("0123456789") != std::string::npos) {
        return std::unexpected{"erase wants a player's number"};
    }
    return EraseLine{std::stoull(player->text)};
}

std::expected<AdminLine, std::string> parse_operator(const JsonValue& root, bool adds)
{
    const JsonValue* token = root.member("token_sha256");
    const auto hash = token == nullptr ? std::nullopt : hash_from_hex(token->text);
    if (!hash) { return std::unexpected{"an operator is named by the SHA-256 of the token, in hexadecimal digits"}; }
    OperatorLine line{.role = std::nullopt, .token = *hash};
    if (!adds) { return line; }
    const JsonValue* role = root.member("role");
    cashier::Role wanted{};
    if (role == nullptr || !boost::describe::enum_from_string(role->text.c_str(), wanted)) {
        return std::unexpected{"an operator's role is auditor, cashier or admin"};
    }
    line.role = wanted;
    return line;
}

}  // namespace

std::expected<AdminLine, std::string> parse_admin_line(std::string_view line)
{
    const auto root = parse_json(line);
    const JsonValue* op = root ? root->member("op") : nullptr;
    if (op == nullptr) { return std::unexpected{"not a request"}; }
    if (op->text == "backup") { return parse_backup(*root); }
    if (op->text == "erase") { return parse_erase(*root); }
    if (op->text == "operator_add") { return parse_operator(*root, true); }
    if (op->text == "operator_remove") { return parse_operator(*root, false); }
    if (op->text == "rng_reseed") { return ReseedLine{}; }
    return std::unexpected{"there is no such operation"};
}

}  // namespace croupier::host
