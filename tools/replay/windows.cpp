#include "windows.hpp"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "builtin_modules.hpp"
#include "compare.hpp"
#include "stage.hpp"

namespace croupier::replay {

namespace {

using record::Item;

/// How much may be read ahead of those who replay it, for each of them: a window or two of the usual length.
constexpr std::size_t kReadAhead = std::size_t{8} << 20;

/// One part of the recording. Its items arrive while it is replayed.
struct Window {
    host::Opening opening;
    std::uint64_t inputs_before = 0;
    // Under the feed's mutex:
    std::deque<Bytes> blocks;
    bool whole = false;                  ///< No block follows.
    std::shared_ptr<const Window> next;  ///< Where it has to end; null: it is the last one.
};

/// What the reader and those who replay share.
class Feed {
public:
    explicit Feed(std::size_t players) : ahead_max_{players * kReadAhead} {}

    // The reader's.

    void begin(std::shared_ptr<Window> window)
    {
        const std::lock_guard lock{mutex_};
        finish_newest(window);
        newest_ = window;
        waiting_.push_back(std::move(window));
        moved_.notify_all();
    }
    /// Waits until there is room. False: nobody wants more.
    bool add(Bytes block)
    {
        if (block.empty()) { return true; }
        std::unique_lock lock{mutex_};
        moved_.wait(lock, [&] { return stop_ || ahead_ < ahead_max_; });
        if (stop_) { return false; }
        ahead_ += block.size();
        newest_->blocks.push_back(std::move(block));
        moved_.notify_all();
        return true;
    }
    void end()
    {
        const std::lock_guard lock{mutex_};
        finish_newest(nullptr);
        ended_ = true;
        moved_.notify_all();
    }

    // Of those who replay.

    std::shared_ptr<Window> take()
    {
        std::unique_lock lock{mutex_};
        moved_.wait(lock, [&] { return stop_ || ended_ || !waiting_.empty(); });
        if (stop_ || waiting_.empty()) { return nullptr; }
        auto window = std::move(waiting_.front());
        waiting_.pop_front();
        return window;
    }
    /// Empty: there is none left.
    Bytes block(Window& window)
    {
        std::unique_lock lock{mutex_};
        moved_.wait(lock, [&] { return stop_ || window.whole || !window.blocks.empty(); });
        if (stop_ || window.blocks.empty()) { return {}; }
        Bytes block = std::move(window.blocks.front());
        window.blocks.pop_front();
        ahead_ -= block.size();
        moved_.notify_all();
        return block;
    }

    // Anybody's.

    void stop()
    {
        const std::lock_guard lock{mutex_};
        stop_ = true;
        moved_.notify_all();
    }
    bool stopped()
    {
        const std::lock_guard lock{mutex_};
        return stop_;
    }

private:
    void finish_newest(std::shared_ptr<const Window> next)
    {
        if (!newest_) { return; }
        newest_->whole = true;
        newest_->next = std::move(next);
        newest_.reset();
    }

    std::mutex mutex_;
    std::condition_variable moved_;
    std::deque<std::shared_ptr<Window>> waiting_;
    std::shared_ptr<Window> newest_;
    std::size_t ahead_max_;
    std::size_t ahead_ = 0;  ///< Bytes.
    bool ended_ = false;
    bool stop_ = false;
};

/// Reads the recording and divides it. Otherwise says what is wrong with it.
class Divider {
public:
    Divider(record::RecordingReader& reader, Feed& feed) : reader_{reader}, feed_{feed} {}

    std::expected<void, std::string> run()
    {
        while (true) {
            auto block = reader_.next();
            if (!block) { return std::unexpected{block.error()}; }
            if (block->empty()) { break; }
            if (!take(std::move(*block))) { break; }
            if (!problem_.empty()) { return std::unexpected{problem_}; }
        }
        if (!first_) { return std::unexpected{std::string{kNoOpening}}; }
        return {};
    }

    const std::string& build() const { return first_->build; }

    static constexpr std::string_view kNoOpening =
        "the recording does not begin with an opening that this build can read";

private:
    bool take(Bytes block)
    {
        record::TapeReader tape{block};
        const std::byte* from = block.data();
        while (const auto item = tape.next()) {
            if (item->kind == Item::input || item->kind == Item::viewed) { ++inputs_; }
            const bool begins = item->kind == Item::checkpoint || (item->kind == Item::opening && !first_);
            if (!begins && first_) { continue; }
            if (!begins || !begin(*item)) {
                problem_ = first_ ? "a checkpoint of the recording cannot be read by this build" : kNoOpening;
                return true;
            }
            const std::byte* const head = item->body.data() - kItemHead;
            if (item->kind == Item::checkpoint && !feed_.add(Bytes(from, head))) { return false; }
            feed_.begin(std::move(begun_));
            from = item->body.data() + item->body.size();
        }
        if (tape.failed()) {
            problem_ = "an item of the recording cannot be read by this build";
            return true;
        }
        const std::byte* const end = block.data() + block.size();
        return feed_.add(from == block.data() ? std::move(block) : Bytes(from, end));
    }

    bool begin(const record::Read& item)
    {
        auto opening = parse_opening(item.body);
        if (!opening) { return false; }
        if (first_) {
            opening->config = first_->config;
            if (opening->games.empty()) { opening->games = first_->games; }
        } else {
            first_ = *opening;
        }
        begun_ = std::make_shared<Window>();
        begun_->opening = std::move(*opening);
        begun_->inputs_before = inputs_;
        return true;
    }

    static constexpr std::size_t kItemHead = 1 + 4;

    record::RecordingReader& reader_;
    Feed& feed_;
    std::optional<host::Opening> first_;
    std::shared_ptr<Window> begun_;
    std::uint64_t inputs_ = 0;
    std::string problem_;
};

/// The games of all windows: they cost more to load than a small window to replay, and hardly ever change.
class Games {
public:
    std::expected<host::GameList, std::string> of(const std::vector<host::GameText>& texts)
    {
        const std::lock_guard lock{mutex_};
        if (!games_ || texts != texts_) {
            texts_ = texts;
            games_ = host::load_games(texts);
        }
        return *games_;
    }

private:
    std::mutex mutex_;
    std::vector<host::GameText> texts_;
    std::optional<std::expected<host::GameList, std::string>> games_;
};

/// Replays windows, one after the other, on a thread of its own.
class Player {
public:
    Player(Feed& feed, Games& games, const std::filesystem::path& ledger) : feed_{feed}, games_{games}, ledger_{ledger}
    {
    }

    void run()
    {
        while (const auto window = feed_.take()) {
            try {
                play(*window);
            } catch (const std::exception& error) {
                failure = error.what();
            }
            if (!failure.empty() || !verdict.problem.empty()) { feed_.stop(); }
        }
    }

    Verdict verdict;
    std::string failure;

private:
    void play(Window& window)
    {
        auto games = games_.of(window.opening.games);
        auto stage = games ? Stage::open(window.opening, std::move(*games), ledger_)
                           : std::unexpected{std::move(games.error())};
        if (!stage) {
            failure = stage.error();
            return;
        }
        ++verdict.windows;
        Recording recording{{}, window.opening, window.inputs_before, [&] { return feed_.block(window); }};
        while (true) {
            const auto step = recording.next();
            if (!step) {
                failure = step.error();
                return;
            }
            if (!*step) { break; }
            const Outcome outcome = (*stage)->take(**step);
            if (outcome.lost || !agree((*step)->happened, outcome.told)) {
                verdict.problem = "input " + std::to_string((*step)->number) + " does otherwise than it did";
                return;
            }
            count((*step)->happened);
        }
        verdict.ended |= recording.ended();
        verdict.span += (*stage)->steady().time_since_epoch() - std::chrono::nanoseconds{window.opening.steady};
        if (feed_.stopped() || !window.next) { return; }
        if (!(*stage)->is_at(window.next->opening)) {
            verdict.problem = "the checkpoint behind input " + std::to_string(window.next->inputs_before)
                + " has another state than the inputs before it lead to";
        }
    }

    void count(const std::vector<Happened>& happened)
    {
        ++verdict.inputs;
        for (const Happened& item : happened) {
            if (!is_told(item.kind)) { continue; }
            if (item.kind == Item::state) { ++verdict.states; }
            ++(item.kind == Item::unit ? verdict.units : verdict.outputs);
        }
    }

    Feed& feed_;
    Games& games_;
    const std::filesystem::path& ledger_;
};

}  // namespace

std::expected<Verdict, std::string> verify(
    const std::vector<std::filesystem::path>& files, const std::filesystem::path& ledger, std::size_t threads)
{
    auto reader = record::RecordingReader::open(files);
    if (!reader) { return std::unexpected{reader.error()}; }
    Games games;
    {
        const auto recording = Recording::open(files);
        if (!recording) { return std::unexpected{recording.error()}; }
        if (const auto loaded = games.of(recording->opening().games); !loaded) {
            return std::unexpected{loaded.error()};
        }
    }
    const auto begin = std::chrono::steady_clock::now();
    Feed feed{threads};
    std::deque<Player> players;
    std::vector<std::thread> running;
    for (std::size_t i = 0; i < threads; ++i) {
        Player& player = players.emplace_back(feed, games, ledger);
        running.emplace_back([&player] { player.run(); });
    }
    Divider divider{*reader, feed};
    std::expected<void, std::string> divided;
    try {
        divided = divider.run();
    } catch (const std::exception& error) {  // Not before the threads have ended.
        divided = std::unexpected{std::string{error.what()}};
    }
    if (divided) {
        feed.end();
    } else {
        feed.stop();
    }
    for (std::thread& thread : running) { thread.join(); }
    if (!divided) { return std::unexpected{divided.error()}; }

    Verdict all;
    all.recording = reader->recording();
    for (const Player& player : players) {
        if (!player.failure.empty()) { return std::unexpected{player.failure}; }
        const Verdict& part = player.verdict;
        if (all.problem.empty()) { all.problem = part.problem; }
        all.windows += part.windows;
        all.inputs += part.inputs;
        all.units += part.units;
        all.outputs += part.outputs;
        all.states += part.states;
        all.span += part.span;
        all.ended |= part.ended;
    }
    all.build = divider.build();
    all.took = std::chrono::steady_clock::now() - begin;
    return all;
}

}  // namespace croupier::replay
