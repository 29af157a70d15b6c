#pragma once

#include <boost/container/container_fwd.hpp>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "croupier/assert.hpp"
#include "croupier/bytes.hpp"
#include "croupier/money.hpp"
#include "croupier/time.hpp"

/// Canonical bytes: one encoding for every value, with no choice left to the encoder, so that equal values have
/// equal bytes and bytes can be hashed, stored, replicated and compared (docs/format.md).
///
///   integers, enums   little-endian, fixed width; bool one byte, 0 or 1
///   WallTime          int64 microseconds; Currency uint32; Money int64 minor, uint32 currency
///   string, bytes     uint32 length, then the bytes; array<T, N> N elements; vector<T> uint32 count, then elements
///   optional<T>       one byte 0 or 1, then the value
///   variant<…>        one byte index, then the value
///   described struct  its members in the order of BOOST_DESCRIBE_STRUCT
namespace croupier {

template <class T>
concept Described = boost::describe::has_describe_members<T>::value && std::is_class_v<T> && !std::is_union_v<T>;

/// Bytes that only ever grow at their end, for writers that cannot afford what a vector does for that.
class FlatBytes {
public:
    explicit FlatBytes(std::size_t capacity) : bytes_{new std::byte[capacity]}, capacity_{capacity} {}

    void append(std::span<const std::byte> bytes)
    {
        if (bytes.size() > capacity_ - size_) { grow(bytes.size()); }
        std::memcpy(bytes_.get() + size_, bytes.data(), bytes.size());
        size_ += bytes.size();
    }
    std::byte* data() noexcept { return bytes_.get(); }
    std::span<const std::byte> span() const noexcept { return {bytes_.get(), size_}; }
    std::size_t size() const noexcept { return size_; }
    void clear() noexcept { size_ = 0; }

private:
    void grow(std::size_t more)
    {
        capacity_ = std::max(capacity_ * 2, size_ + more);
        std::unique_ptr<std::byte[]> larger{new std::byte[capacity_]};
        std::memcpy(larger.get(), bytes_.get(), size_);
        bytes_ = std::move(larger);
    }

    std::unique_ptr<std::byte[]> bytes_;
    std::size_t capacity_;
    std::size_t size_ = 0;
};

/// Writes into Bytes (as ByteWriter) or FlatBytes.
template <class Out>
class BasicByteWriter {
public:
    explicit BasicByteWriter(Out& out) noexcept : out_{&out} {}

    void raw(std::span<const std::byte> bytes)
    {
        if (bytes.empty()) { return; }
        if constexpr (std::is_same_v<Out, Bytes>) {
            const std::size_t at = out_->size();
            out_->resize(at + bytes.size());
            std::memcpy(out_->data() + at, bytes.data(), bytes.size());
        } else {
            out_->append(bytes);
        }
    }

    template <class T>
    void write(const T& value);

    std::size_t size() const noexcept { return out_->size(); }

private:
    template <class Int>
    void integer(Int value)
    {
        std::array<std::byte, sizeof(Int)> bytes;
        for (std::size_t i = 0; i < sizeof(Int); ++i) {
            bytes[i] = static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * i));
        }
        raw(bytes);
    }

    Out* out_;
};
using ByteWriter = BasicByteWriter<Bytes>;

/// Reads what ByteWriter wrote. After any failure (bytes missing, a value out of range) every further read fails and
/// yields zero values: check failed() once at the end.
class ByteReader {
public:
    explicit ByteReader(std::span<const std::byte> bytes) noexcept : rest_{bytes} {}

    template <class T>
    T read();
    std::span<const std::byte> raw(std::size_t size);

    void fail() noexcept { failed_ = true; }
    bool failed() const noexcept { return failed_; }
    /// True when all bytes were read and none was missing.
    bool complete() const noexcept { return !failed_ && rest_.empty(); }
    std::size_t left() const noexcept { return rest_.size(); }

private:
    template <class Int>
    Int integer()
    {
        const auto bytes = raw(sizeof(Int));
        if (failed_) { return Int{}; }
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < sizeof(Int); ++i) { value |= static_cast<std::uint64_t>(bytes[i]) << (8 * i); }
        return static_cast<Int>(value);
    }

    std::span<const std::byte> rest_;
    bool failed_ = false;
};

namespace codec_detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T, std::size_t N>
inline constexpr bool is_vector<boost::container::static_vector<T, N>> = true;
template <class T>
inline constexpr std::size_t capacity_max = std::size_t{0} - 1;
template <class T, std::size_t N>
inline constexpr std::size_t capacity_max<boost::container::static_vector<T, N>> = N;
template <class T>
inline constexpr bool is_span = false;  // Written as a vector; cannot be read.
template <class T>
inline constexpr bool is_span<std::span<T>> = true;
template <class T>
inline constexpr bool is_array = false;
template <class T, std::size_t N>
inline constexpr bool is_array<std::array<T, N>> = true;
template <class T>
inline constexpr bool is_byte_array = false;
template <std::size_t N>
inline constexpr bool is_byte_array<std::array<std::byte, N>> = N > 0;
template <class T>
inline constexpr bool is_variant = false;
template <class... T>
inline constexpr bool is_variant<std::variant<T...>> = true;

template <class T>
using Members = boost::describe::describe_members<T, boost::describe::mod_public>;

}  // namespace codec_detail

template <class Out>
template <class T>
void BasicByteWriter<Out>::write(const T& value)
{
    using namespace codec_detail;
    if constexpr (std::is_same_v<T, bool>) {
        integer<std::uint8_t>(value ? 1 : 0);
    } else if constexpr (std::is_same_v<T, std::byte>) {
        raw({&value, 1});
    } else if constexpr (std::is_integral_v<T>) {
        integer(value);
    } else if constexpr (std::is_enum_v<T>) {
        integer(static_cast<std::underlying_type_t<T>>(value));
    } else if constexpr (std::is_same_v<T, WallTime>) {
        integer(to_micros(value));
    } else if constexpr (std::is_same_v<T, Currency>) {
        integer(value.number());
    } else if constexpr (std::is_same_v<T, Money>) {
        integer(value.minor);
        integer(value.currency.number());
    } else if constexpr (std::is_same_v<T, std::string>) {
        integer(static_cast<std::uint32_t>(value.size()));
        raw(as_bytes(value));
    } else if constexpr (std::is_same_v<T, Bytes>) {
        integer(static_cast<std::uint32_t>(value.size()));
        raw(value);
    } else if constexpr (is_byte_array<T>) {
        raw(value);
    } else if constexpr (is_array<T>) {
        for (const auto& element : value) { write(element); }
    } else if constexpr (is_vector<T> || is_span<T>) {
        integer(static_cast<std::uint32_t>(value.size()));
        for (const auto& element : value) { write(element); }
    } else if constexpr (is_optional<T>) {
        integer<std::uint8_t>(value.has_value() ? 1 : 0);
        if (value) { write(*value); }
    } else if constexpr (is_variant<T>) {
        static_assert(std::variant_size_v<T> < 256);
        integer(static_cast<std::uint8_t>(value.index()));
        std::visit([this](const auto& alternative) { this->write(alternative); }, value);
    } else {
        static_assert(Described<T>, "describe the struct with BOOST_DESCRIBE_STRUCT");
        boost::mp11::mp_for_each<Members<T>>([&](auto member) { write(value.*member.pointer); });
    }
}

template <class T>
T ByteReader::read()
{
    using namespace codec_detail;
    if constexpr (std::is_same_v<T, bool>) {
        const auto value = integer<std::uint8_t>();
        if (value > 1) { fail(); }
        return value == 1;
    } else if constexpr (std::is_same_v<T, std::byte>) {
        return static_cast<std::byte>(integer<std::uint8_t>());
    } else if constexpr (std::is_integral_v<T>) {
        return integer<T>();
    } else if constexpr (std::is_enum_v<T>) {
        // An id is any number; an enum with described enumerators is one of them.
        const auto value = static_cast<T>(integer<std::underlying_type_t<T>>());
        if constexpr (boost::describe::has_describe_enumerators<T>::value) {
            bool known = false;
            boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
                [&](auto enumerator) { known = known || enumerator.value == value; });
            if (!known) {
                fail();
                return T{};
            }
        }
        return value;
    } else if constexpr (std::is_same_v<T, WallTime>) {
        return from_micros(integer<std::int64_t>());
    } else if constexpr (std::is_same_v<T, Currency>) {
        const auto currency = Currency::from_number(integer<std::uint32_t>());
        if (!currency) { fail(); }
        return currency.value_or(Currency{});
    } else if constexpr (std::is_same_v<T, Money>) {
        const auto minor = integer<std::int64_t>();
        return Money{minor, read<Currency>()};
    } else if constexpr (std::is_same_v<T, std::string>) {
        return std::string{as_text(raw(integer<std::uint32_t>()))};
    } else if constexpr (std::is_same_v<T, Bytes>) {
        const auto bytes = raw(integer<std::uint32_t>());
        return Bytes(bytes.begin(), bytes.end());
    } else if constexpr (is_byte_array<T>) {
        const auto bytes = raw(std::tuple_size_v<T>);
        T value{};
        std::ranges::copy(bytes, value.begin());
        return value;
    } else if constexpr (is_array<T>) {
        T value{};
        for (auto& element : value) { element = read<typename T::value_type>(); }
        return value;
    } else if constexpr (is_vector<T>) {
        const auto count = integer<std::uint32_t>();
        // Every element has at least one byte: a wild count cannot make us allocate.
        if (count > left() || count > capacity_max<T>) {
            fail();
            return {};
        }
        T value;
        value.reserve(count);
        for (std::uint32_t i = 0; i < count && !failed_; ++i) { value.push_back(read<typename T::value_type>()); }
        return value;
    } else if constexpr (is_optional<T>) {
        if (!read<bool>()) { return std::nullopt; }
        return read<typename T::value_type>();
    } else if constexpr (is_variant<T>) {
        const auto index = integer<std::uint8_t>();
        T value{};
        if (index >= std::variant_size_v<T>) {
            fail();
            return value;
        }
        boost::mp11::mp_with_index<std::variant_size_v<T>>(
            index, [&](auto i) { value.template emplace<i>(read<std::variant_alternative_t<i, T>>()); });
        return value;
    } else {
        static_assert(Described<T>, "describe the struct with BOOST_DESCRIBE_STRUCT");
        T value{};
        boost::mp11::mp_for_each<Members<T>>(
            [&](auto member) { value.*member.pointer = read<std::remove_cvref_t<decltype(value.*member.pointer)>>(); });
        return value;
    }
}

template <class T>
Bytes to_bytes(const T& value)
{
    Bytes bytes;
    ByteWriter{bytes}.write(value);
    return bytes;
}

/// The value, if the bytes are exactly one encoding of a T.
template <class T>
std::optional<T> from_bytes(std::span<const std::byte> bytes)
{
    ByteReader reader{bytes};
    auto value = reader.read<T>();
    if (!reader.complete()) { return std::nullopt; }
    return value;
}

}  // namespace croupier
