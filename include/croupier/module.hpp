#pragma once

#include <string_view>

#include "croupier/bus.hpp"
#include "croupier/codec.hpp"
#include "croupier/work.hpp"

namespace croupier {

/// A part of the casino: it owns some state, decides about it, and talks to the others over the bus only. A module has no
/// thread, no clock and no socket; what it needs from outside are ports, passed to its constructor.
class Module {
public:
    virtual ~Module() = default;

    /// The name under which it is configured: "ledger".
    virtual std::string_view name() const = 0;
    /// Registers its handlers, listeners and folds. Called once, before anything else.
    virtual void wire(Bus& bus, Folds& folds) = 0;

    /// Writes its state, in an order that depends on the state only.
    virtual void save(ByteWriter& out) const = 0;
    /// Version of what save() writes; another version is not restored.
    virtual std::uint32_t version() const = 0;
    /// Replaces its state by what save() wrote. False: not readable; the module is then as it was when made.
    virtual bool restore(ByteReader& in) = 0;

    /// Writes what it knows of this process only and no restart brings back, such as who is connected: a recording that
    /// begins in the middle of play needs it. The order depends on the content only.
    virtual void save_live(ByteWriter&) const {}
    /// After restore(), what save_live() wrote. False: not readable.
    virtual bool restore_live(ByteReader&) { return true; }

    /// State is complete. May add the facts without which it cannot work (the house's accounts), but only if they are
    /// not there yet.
    virtual void start(Context&) {}
    /// A promise about its whole state that is too dear for every unit: called after a restart, and after each unit in
    /// debug builds. A broken one ends the process.
    virtual void check() const {}
};

}  // namespace croupier
