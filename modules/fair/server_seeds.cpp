#include "server_seeds.hpp"

#include <openssl/crypto.h>

#include "croupier/fair.hpp"

namespace croupier::fair {

Result<FairSeeds::Made> ServerSeeds::make(PlayerId player, const Hash& definition)
{
    ServerSeed seed{};
    if (const auto filled = entropy_.fill(seed); !filled) { return std::unexpected{filled.error()}; }
    std::string text = seed_text(seed, definition);
    OPENSSL_cleanse(seed.data(), seed.size());
    const Hash committed = commitment(text);
    auto sealed = keys_.seal(raw(player), as_bytes(text));
    OPENSSL_cleanse(text.data(), text.size());
    if (!sealed) { return std::unexpected{sealed.error()}; }
    return Made{std::move(*sealed), committed};
}

Result<std::vector<Value>> ServerSeeds::draw(
    const Sealed& seed, Scheme scheme, std::string_view client_seed, std::uint64_t nonce, std::span<const Bound> bounds)
{
    auto text = keys_.unseal(seed);
    if (!text) { return refuse(ErrorCode::entropy_unavailable); }
    auto drawn = values(scheme, as_text(*text), client_seed, nonce, bounds);
    OPENSSL_cleanse(text->data(), text->size());
    return drawn;
}

Result<std::string> ServerSeeds::reveal(const Sealed& seed)
{
    const auto text = keys_.unseal(seed);
    if (!text) { return refuse(ErrorCode::entropy_unavailable); }
    return std::string{as_text(*text)};
}

}  // namespace croupier::fair
