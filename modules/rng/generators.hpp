#pragma once

#include <string>

#include "croupier/ports.hpp"

namespace croupier::rng {

/// The generators of one server, wherever they run: the Rng port, and whether it still works.
class Generators : public Rng {
public:
    /// The known-answer test and the sources' tests, on demand. False: they failed, and nothing is drawn any more.
    virtual bool test() = 0;
    /// False from the first failure on.
    bool ready() const noexcept { return failure_.empty(); }
    /// What failed first, for the log; empty while all is well.
    const std::string& failure() const noexcept { return failure_; }

protected:
    std::string failure_;
};

}  // namespace croupier::rng
