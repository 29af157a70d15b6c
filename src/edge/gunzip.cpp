#include "gunzip.hpp"

#include <boost/beast/zlib/inflate_stream.hpp>

#include <cstdint>

namespace croupier::edge {

namespace {

enum Flag : unsigned char { header_crc = 2, extra = 4, name = 8, comment = 16 };

unsigned char byte(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

std::uint32_t little_endian(std::string_view four)
{
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) { value |= static_cast<std::uint32_t>(byte(four, i)) << (8 * i); }
    return value;
}

/// Where the compressed data begins.
std::optional<std::size_t> data_begin(std::string_view file)
{
    constexpr std::size_t kFixed = 10;
    if (file.size() < kFixed || byte(file, 0) != 0x1f || byte(file, 1) != 0x8b || byte(file, 2) != 8) {
        return std::nullopt;
    }
    const auto flags = byte(file, 3);
    std::size_t at = kFixed;
    if ((flags & extra) != 0) {
        if (file.size() < at + 2) { return std::nullopt; }
        at += 2U + byte(file, at) + 256U * byte(file, at + 1);
    }
    for (const unsigned char text : {name, comment}) {
        if ((flags & text) == 0) { continue; }
        const auto end = file.find('\0', at);
        if (end == std::string_view::npos) { return std::nullopt; }
        at = end + 1;
    }
    if ((flags & header_crc) != 0) { at += 2; }
    return at;
}

std::uint32_t crc32(std::string_view text)
{
    std::uint32_t crc = 0xffffffff;
    for (const char c : text) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) { crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U); }
    }
    return ~crc;
}

}  // namespace

std::optional<std::string> gunzip(std::string_view file)
{
    namespace zlib = boost::beast::zlib;
    constexpr std::size_t kTrailer = 8;      // CRC-32 and size of the content.
    constexpr std::size_t kRatioMax = 1032;  // Of deflate: a size that claims more is a lie, and not allocated.
    const auto begin = data_begin(file);
    if (!begin || file.size() < *begin + kTrailer) { return std::nullopt; }
    const auto data = file.substr(*begin, file.size() - *begin - kTrailer);
    const auto size = little_endian(file.substr(file.size() - 4));
    if (size > data.size() * kRatioMax) { return std::nullopt; }

    std::string content(size, '\0');
    zlib::z_params stream;
    stream.next_in = data.data();
    stream.avail_in = data.size();
    stream.next_out = content.data();
    stream.avail_out = content.size();
    zlib::inflate_stream inflater;
    boost::system::error_code error;
    inflater.write(stream, zlib::Flush::finish, error);
    const bool complete = error == zlib::error::end_of_stream && stream.avail_in == 0 && stream.avail_out == 0;
    if (!complete || crc32(content) != little_endian(file.substr(file.size() - kTrailer, 4))) { return std::nullopt; }
    return content;
}

}  // namespace croupier::edge
