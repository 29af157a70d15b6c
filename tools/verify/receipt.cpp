#include "receipt.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "croupier/merkle.hpp"

namespace croupier::verify {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kPathMax = 64;  // Levels: more than any ledger has.

struct Wrong : std::runtime_error {
    using std::runtime_error::runtime_error;
};

const Json& member(const Json& object, const char* name)
{
    if (!object.is_object() || !object.contains(name)) { throw Wrong{std::string{name} + " is missing"}; }
    return object.at(name);
}

std::string text(const Json& object, const char* name)
{
    const Json& value = member(object, name);
    if (!value.is_string()) { throw Wrong{std::string{name} + " is no string"}; }
    return value.get<std::string>();
}

std::uint64_t number(const Json& object, const char* name)
{
    const Json& value = member(object, name);
    if (!value.is_number_unsigned()) { throw Wrong{std::string{name} + " is no whole number"}; }
    return value.get<std::uint64_t>();
}

template <std::size_t N>
std::array<std::byte, N> digits(const std::string& hex, const char* name)
{
    const auto bytes = from_hex(hex);
    std::array<std::byte, N> value{};
    if (!bytes || bytes->size() != N) {
        throw Wrong{std::string{name} + " is not " + std::to_string(N) + " bytes in hexadecimal digits"};
    }
    std::ranges::copy(*bytes, value.begin());
    return value;
}

Hash hash(const Json& object, const char* name) { return digits<32>(text(object, name), name); }

RequestRecord request_of(const Json& root)
{
    const Json& value = member(root, "request");
    RequestRecord request;
    const std::string scope = text(value, "scope");
    const auto key = from_hex(text(value, "key"));
    const auto result = number(value, "result");
    const auto [end, error] = std::from_chars(scope.data(), scope.data() + scope.size(), request.scope);
    if (error != std::errc{} || end != scope.data() + scope.size()) { throw Wrong{"scope is no whole number"}; }
    if (!key) { throw Wrong{"key is not in hexadecimal digits"}; }
    if (result > std::numeric_limits<std::uint16_t>::max()) { throw Wrong{"result is out of range"}; }
    request.key = *key;
    request.content_hash = hash(value, "content_hash");
    request.result = static_cast<std::uint16_t>(result);
    request.answer = text(value, "answer");
    return request;
}

ledger::DaySealed seal_of(const Json& root)
{
    const Json& value = member(root, "seal");
    const Json& day = member(value, "day");
    const Json& ended = member(value, "ended");
    if (!day.is_number_integer() || !ended.is_boolean()) { throw Wrong{"day or ended has another type"}; }
    ledger::DaySealed sealed;
    sealed.head = {.day = day.get<std::int64_t>(),
        .ended = ended.get<bool>(),
        .size = number(value, "size"),
        .root = hash(value, "root"),
        .head = hash(value, "head"),
        .report = hash(value, "report"),
        .key = hash(value, "key")};
    sealed.signature = digits<64>(text(value, "signature"), "signature");
    return sealed;
}

}  // namespace

std::expected<Receipt, std::string> parse_receipt(std::string_view written)
{
    const Json root = Json::parse(written, nullptr, false);
    if (root.is_discarded()) { return std::unexpected{std::string{"it is no JSON"}}; }
    try {
        if (text(root, "format") != "croupier.receipt.v1") {
            return std::unexpected{std::string{"its format is unknown"}};
        }
        Receipt receipt;
        receipt.leaf.hash = hash(root, "hash");
        receipt.leaf.seq = Seq{number(root, "seq")};
        receipt.leaf.at = from_micros(static_cast<std::int64_t>(number(root, "at_micros")));
        receipt.leaf.request = request_of(root);
        const Json& path = member(root, "path");
        if (!path.is_array() || path.size() > kPathMax) { throw Wrong{"path is no list of hashes"}; }
        for (const Json& step : path) {
            if (!step.is_string()) { throw Wrong{"path is no list of hashes"}; }
            receipt.path.push_back(digits<32>(step.get<std::string>(), "path"));
        }
        receipt.seal = seal_of(root);
        return receipt;
    } catch (const Wrong& wrong) {
        return std::unexpected{std::string{wrong.what()}};
    }
}

std::optional<std::string> check_receipt(const Receipt& receipt, const PublicKey& key)
{
    if (!seal_holds(key, receipt.seal)) { return "this key has not signed the sealed head"; }
    if (raw(receipt.leaf.seq) == 0) { return "it names no unit"; }
    const Hash leaf = merkle_leaf(to_bytes(receipt.leaf));
    const auto root = merkle_root_by(leaf, raw(receipt.leaf.seq) - 1, receipt.seal.head.size, receipt.path);
    if (!root || *root != receipt.seal.head.root) { return "it does not stand under the sealed head"; }
    return std::nullopt;
}

}  // namespace croupier::verify
