#include "sink.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "store/threads.hpp"

namespace croupier::record {

namespace {

constexpr std::size_t kSpareMax = 4;

bool write_all(int file, std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        const auto written = ::write(file, bytes.data(), bytes.size());
        if (written < 0) {
            if (errno == EINTR) { continue; }
            return false;
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace

Sink::Sink(SinkOptions options)
    : options_{std::move(options)}, thread_{[this] {
          run();
          done_.store(true, std::memory_order_release);
      }}
{
}

Sink::~Sink()
{
    finish();
    thread_.join();
    if (file_ >= 0) { ::close(file_); }
}

void Sink::finish()
{
    {
        const std::scoped_lock lock{mutex_};
        stop_ = true;
    }
    wake_.notify_one();
}

bool Sink::idle() const
{
    const std::scoped_lock lock{mutex_};
    return queued_ == 0;
}

bool Sink::put(FlatBytes& items)
{
    {
        const std::scoped_lock lock{mutex_};
        if (failure_) { return false; }
        if (queued_ + items.size() > options_.queue_bytes_max && queued_ > 0) {
            failure_ = "the disk is too slow: more waited than recording.queue_max_bytes allows";
            return false;
        }
        queued_ += items.size();
        FlatBytes empty = spare_.empty() ? FlatBytes{kBlockUsual} : std::move(spare_.back());
        if (!spare_.empty()) { spare_.pop_back(); }
        queue_.push_back(std::exchange(items, std::move(empty)));
    }
    wake_.notify_one();
    return true;
}

std::optional<std::string> Sink::failure() const
{
    const std::scoped_lock lock{mutex_};
    return failure_;
}

void Sink::fail(std::string why)
{
    const std::scoped_lock lock{mutex_};
    if (!failure_) { failure_ = std::move(why); }
}

void Sink::run()
{
    store::name_this_thread("recording");
    store::step_back_this_thread();
    while (true) {
        std::optional<FlatBytes> items;
        {
            std::unique_lock lock{mutex_};
            wake_.wait(lock, [this] { return stop_ || !queue_.empty(); });
            if (queue_.empty()) { return; }
            items.emplace(std::move(queue_.front()));
            queue_.pop_front();
        }
        const bool written = write(items->span());
        const std::scoped_lock lock{mutex_};
        queued_ -= items->size();
        items->clear();
        if (spare_.size() < kSpareMax) { spare_.push_back(std::move(*items)); }
        if (!written) {
            queue_.clear();
            queued_ = 0;
            return;
        }
    }
}

bool Sink::write(std::span<const std::byte> items)
{
    if ((file_ < 0 || segment_written_ >= options_.segment_bytes) && !begin_segment()) { return false; }
    const Bytes block = squeeze_.block(items, chain_);
    if (!make_room(block.size())) { return false; }
    if (!write_all(file_, block)) {
        fail(std::string{"writing failed: "} + std::strerror(errno));
        return false;
    }
    segment_written_ += block.size();
    written_.fetch_add(block.size(), std::memory_order_relaxed);
    return true;
}

bool Sink::begin_segment()
{
    std::error_code error;
    std::filesystem::create_directories(options_.directory, error);
    if (file_ >= 0) { ::close(file_); }
    const auto path = options_.directory / segment_name(options_.recording, ++segments_);
    file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const Bytes head = segment_head({.recording = options_.recording, .number = segments_, .before = chain_});
    if (file_ < 0 || !write_all(file_, head)) {
        fail(path.string() + ": " + std::strerror(errno));
        return false;
    }
    segment_written_ = head.size();
    written_.fetch_add(head.size(), std::memory_order_relaxed);
    return true;
}

bool Sink::make_room(std::uint64_t bytes)
{
    if (bytes_written() + bytes > options_.disk_bytes_max) {
        fail("it has become larger than recording.disk_max_bytes allows");
        return false;
    }
    if (bytes_written() + bytes <= room_to_) { return true; }
    // Older recordings make room, the oldest of all first, for this block and some that follow: a look at the folder costs.
    const std::uint64_t ahead = std::min(options_.disk_bytes_max - bytes_written(),
        bytes + std::min(options_.segment_bytes, options_.disk_bytes_max / 4) / 16);
    room_to_ = bytes_written() + ahead;
    struct Old {
        std::filesystem::file_time_type at;
        std::filesystem::path path;
        std::uint64_t bytes = 0;
    };
    std::vector<Old> old;
    std::uint64_t all = room_to_;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator{options_.directory, error}) {
        if (entry.path().extension() != ".crr"
            || entry.path().filename().string().starts_with(options_.recording + "-")) {
            continue;
        }
        old.push_back({entry.last_write_time(error), entry.path(), entry.file_size(error)});
        all += old.back().bytes;
    }
    std::ranges::sort(old, {}, &Old::at);
    for (const Old& one : old) {
        if (all <= options_.disk_bytes_max) { break; }
        std::filesystem::remove(one.path, error);
        all -= one.bytes;
    }
    return true;
}

}  // namespace croupier::record
