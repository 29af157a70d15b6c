#pragma once

namespace croupier::host {

/// The command line of `croupier`: parses it and runs the command. Returns the exit status: 0 done, 1 failed (the reason is
/// on standard error), 2 the command line or the configuration is wrong.
int run(int argc, char** argv);

}  // namespace croupier::host
