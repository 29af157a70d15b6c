#include "croupier/codec.hpp"

namespace croupier {

std::span<const std::byte> ByteReader::raw(std::size_t size)
{
    if (failed_ || size > rest_.size()) {
        failed_ = true;
        return {};
    }
    const auto bytes = rest_.first(size);
    rest_ = rest_.subspan(size);
    return bytes;
}

}  // namespace croupier
