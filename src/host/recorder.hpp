#pragma once

#include <boost/describe.hpp>
#include <boost/mp11.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "builtin_modules.hpp"
#include "casino.hpp"
#include "croupier/codec.hpp"
#include "croupier/ports.hpp"
#include "edge.hpp"
#include "input_queries.hpp"
#include "inputs.hpp"
#include "sink.hpp"
#include "tape.hpp"
#include "token.hpp"

namespace croupier::host {

/// A name that stands for a nickname in a recording.
struct Pseudonym {
    std::uint64_t key_id = 0;  ///< Of the key under which the nickname is sealed.
    std::string name;
};
BOOST_DESCRIBE_STRUCT(Pseudonym, (), (key_id, name))

/// What a replay begins with: the first item of a recording.
struct Opening {
    std::uint32_t format = 1;
    std::string build;     ///< Version and kind of the build that recorded.
    std::string instance;  ///< Of the server's life.
    std::string config;    ///< All effective values, as JSON.
    std::vector<GameText> games;
    std::array<std::byte, 32> seal_key{};  ///< The public one.
    WallTime at{};
    std::int64_t steady = 0;  ///< Nanoseconds.
    Seq seq{};                ///< The state is that after this unit.
    Hash hash{};              ///< The chain's, there.
    Bytes snapshot;           ///< The state; empty: it was too large, and has to be folded from the ledger.
    std::vector<Pseudonym> names;
    // Of one that begins in the middle of play:
    Seq durable{};                ///< Up to this unit.
    std::uint64_t questions = 0;  ///< That the views were asked and have answered.
    Bytes live;                   ///< What Floor::live() says; empty: nobody is connected.
};
BOOST_DESCRIBE_STRUCT(Opening, (),
    (format, build, instance, config, games, seal_key, at, steady, seq, hash, snapshot, names, durable, questions,
        live))

/// Where in time an input was, counted from the input before it.
struct Moment {
    std::int64_t wall = 0;    ///< Microseconds.
    std::int64_t steady = 0;  ///< Nanoseconds.
};
BOOST_DESCRIBE_STRUCT(Moment, (), (wall, steady))

/// SHA-256 over the state of all modules; `bytes` becomes how many that were.
Hash state_hash(const Casino& casino, std::size_t* bytes = nullptr);

/// Records what reaches the floor and what leaves it. No secret gets in: a token stands as its hash, a nickname as a
/// pseudonym under a key that ends with this process, and of what is sent nothing that the floor does not look at.
class Recorder {
public:
    /// `digests`: of a frame its digest is kept, and not its text. A checkpoint is due after so many inputs.
    Recorder(Entropy& entropy, bool digests, std::uint64_t checkpoint_inputs);
    ~Recorder();
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    // The ports, recorded once it runs. Wrap each at most once; what is wrapped outlives this.
    Rng& wrap(Rng& inner);
    Keys& wrap(Keys& inner);
    SealKey& wrap(SealKey& inner);
    FairSeeds& wrap(FairSeeds& inner);
    Store& wrap(Store& inner);
    Tokens& wrap(Tokens& inner);
    edge::Edge& wrap(edge::Edge& inner);

    /// Begins to record; a recording that runs ends here. The pseudonyms of all players are put into the opening.
    void start(Opening opening, record::SinkOptions options);
    /// Whether start() may be called in the middle of play: it would neither wait for the disk nor take long.
    bool can_start_anew() const;
    /// Whether checkpoint() may be called and should be.
    bool checkpoint_due() const noexcept
    {
        return running_ && inputs_ >= checkpoint_inputs_ && gathered_ >= kStatesApart * state_bytes_ && state_is_small()
            && !names_forgotten_;
    }
    /// What a replay of the inputs from here on can begin with, as if the recording began here. For an opening that says what
    /// one in the middle of play says, when the views have answered all that they were asked.
    void checkpoint(Opening opening);
    /// The casino's state after the last input, which a replay compares with its own: now and then.
    void state(const Casino& casino);
    /// The recording ends in order.
    void end(const Casino& casino);
    /// Hands over what has gathered: now and then, so that a crash takes little of it along.
    void flush();

    template <class In>
    void input(Clock& now, const In& input)
    {
        if (!begin(now)) { return; }
        constexpr auto kIndex = static_cast<std::uint8_t>(boost::mp11::mp_find<Input, In>::value);
        if constexpr (std::is_same_v<In, Called>) {
            tape_.item(record::Item::input, moment_, kIndex, presentable(input));
        } else {
            tape_.item(record::Item::input, moment_, kIndex, input);
        }
    }
    void viewed(Clock& now, const InputQueries::Answer& answer);

    /// Why it ended before its time; nullopt: it did not.
    std::optional<std::string> failure() const;
    /// By this recording.
    std::uint64_t bytes_written() const noexcept { return sink_ ? sink_->bytes_written() : 0; }
    /// By all recordings of this process.
    std::uint64_t bytes_written_in_all() const noexcept { return written_before_ + bytes_written(); }
    bool running() const noexcept { return running_; }
    /// Whether the state, as hashed last, is small enough to be written out between two inputs.
    bool state_is_small() const noexcept { return state_bytes_ <= kSmallState; }

private:
    class RecordedRng;
    class RecordedKeys;
    class RecordedSealKey;
    class RecordedFairSeeds;
    class RecordedStore;
    class RecordedTokens;
    class RecordedEdge;
    struct Hidden {
        std::string text;
        std::string instead;
    };

    static constexpr std::size_t kSmallState = 1 << 20;  // Hashed within a millisecond or two.
    static constexpr std::size_t kStatesApart = 4;       // Checkpoints take a fifth of a recording at most.
    static constexpr std::size_t kNamesMax = 100'000;    // As many pseudonyms are written within some milliseconds.

    /// Whether an input can be recorded now; sets its moment.
    bool begin(Clock& now);
    template <class... Values>
    void item(record::Item kind, const Values&... values)
    {
        if (running_) { tape_.item(kind, values...); }
    }
    /// The text with what has to be hidden in this input replaced.
    std::string masked(std::string text) const;
    void know(std::uint64_t key_id, std::string name);
    void forget_names();
    void hide(std::string_view text, std::string_view instead);
    std::string pseudonym(std::string_view nickname) const;
    /// Puts the pseudonyms into it.
    void name_all(Opening& opening) const;
    /// The call without what the floor does not read of it.
    Called presentable(const Called& input);

    Hash key_{};
    record::TapeWriter tape_;
    std::unique_ptr<record::Sink> sink_;
    std::unique_ptr<record::Sink> before_;  // The recording before, which may still be written out.
    std::uint64_t written_before_ = 0;
    bool digests_;
    std::uint64_t checkpoint_inputs_;
    std::uint64_t inputs_ = 0;     // Since the opening or the last checkpoint.
    std::size_t gathered_ = 0;     // Likewise, bytes of items that were handed over.
    std::vector<GameText> games_;  // Of the opening.
    bool running_ = false;
    Moment moment_;
    WallTime wall_{};
    SteadyTime steady_{};
    std::size_t state_bytes_ = 0;                           // When it was hashed or written last.
    std::unordered_map<std::uint64_t, std::string> names_;  // By key; once play has begun, at most kNamesMax.
    bool names_forgotten_ = false;                          // There were more.
    std::vector<Hidden> hidden_;                            // Of this input.

    std::unique_ptr<RecordedRng> rng_;
    std::unique_ptr<RecordedKeys> keys_;
    std::unique_ptr<RecordedSealKey> seal_key_;
    std::unique_ptr<RecordedFairSeeds> fair_seeds_;
    std::unique_ptr<RecordedStore> store_;
    std::unique_ptr<RecordedTokens> tokens_;
    std::unique_ptr<RecordedEdge> edge_;
};

/// The first 8 bytes: enough to see that two chains differ.
std::uint64_t hash_start(const Hash& hash);
/// XXH3-64 of a frame's text: cheaper than keeping it, and no two that were meant to be different have the same.
std::uint64_t frame_digest(std::string_view text);

/// How an issued token stands in a recording: base64url of its hash, as long as the token itself.
std::string token_stand_in(const Hash& hash);

}  // namespace croupier::host
