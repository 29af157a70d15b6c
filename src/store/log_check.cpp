#include "log_check.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <span>
#include <vector>

namespace croupier::store {

namespace {

constexpr std::size_t kLogHeader = 32;
constexpr std::size_t kFrameHeader = 24;
constexpr std::uint32_t kMagic = 0x377f0682;  // The lowest bit tells the byte order in which the sums add.
constexpr std::uint32_t kPageSize = 4096;     // Of our files; what a damaged header says is not believed.

using Pair = std::array<std::uint32_t, 2>;  // A checksum, or the two salts.

std::uint32_t big_endian(const char* bytes)
{
    std::uint32_t value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return std::endian::native == std::endian::little ? std::byteswap(value) : value;
}

Pair pair_at(const char* bytes) { return {big_endian(bytes), big_endian(bytes + 4)}; }

/// Goes on from `sum` over these bytes, a multiple of eight.
Pair add_up(Pair sum, std::span<const char> bytes, bool swapped)
{
    for (std::size_t i = 0; i < bytes.size(); i += 8) {
        Pair words{};
        std::memcpy(words.data(), bytes.data() + i, sizeof words);
        if (swapped) { words = {std::byteswap(words[0]), std::byteswap(words[1])}; }
        sum[0] += words[0] + sum[1];
        sum[1] += words[1] + sum[0];
    }
    return sum;
}

}  // namespace

std::optional<std::string> damage_in_log(const std::filesystem::path& log)
{
    std::ifstream file{log, std::ios::binary};
    std::array<char, kLogHeader> header{};
    if (!file.read(header.data(), header.size())) { return std::nullopt; }
    const std::uint32_t magic = big_endian(header.data());
    const std::uint32_t page_size = big_endian(&header[8]);
    const bool native = ((magic & 1U) != 0) == (std::endian::native == std::endian::big);
    Pair salts = pair_at(&header[16]);
    Pair sum = pair_at(&header[24]);
    const bool intact = (magic & ~1U) == kMagic && page_size >= 512 && page_size <= 65'536
        && std::has_single_bit(page_size) && add_up({}, std::span{header}.first(24), !native) == sum;

    std::optional<std::uint64_t> damaged;
    if (!intact) { damaged = 0; }
    bool ended = false;  // A transaction did, with the frame before and behind the damage.
    std::vector<char> frame(kFrameHeader + (intact ? page_size : kPageSize));
    for (std::uint64_t number = 1; file.read(frame.data(), static_cast<std::streamsize>(frame.size())); ++number) {
        const Pair frame_salts = pair_at(&frame[8]);
        if (!intact && number == 1) { salts = frame_salts; }
        const Pair expected = add_up(add_up(sum, std::span{frame}.first(8), intact && !native),
            std::span{frame}.subspan(kFrameHeader), intact && !native);
        sum = pair_at(&frame[16]);
        const bool follows = expected == sum && frame_salts == salts;
        if (follows && ended) {
            return log.filename().string()
                + (*damaged == 0 ? std::string{": its header"} : ": frame " + std::to_string(*damaged))
                + " is damaged, and transactions that were acknowledged stand behind it";
        }
        if (!follows && !damaged) { damaged = number; }
        ended = damaged && big_endian(&frame[4]) != 0;
    }
    return std::nullopt;
}

}  // namespace croupier::store
