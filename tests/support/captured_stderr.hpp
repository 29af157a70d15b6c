#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "temporary_folder.hpp"

namespace croupier::fakes {

/// What `act` writes to standard error, line by line.
template <class Act>
std::vector<std::string> captured_stderr(Act act)
{
    const TemporaryFolder folder;
    const int file = ::open((folder / "stderr").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    const int saved = ::dup(STDERR_FILENO);
    ::dup2(file, STDERR_FILENO);
    act();
    ::dup2(saved, STDERR_FILENO);
    ::close(saved);
    ::close(file);
    std::ifstream text{folder / "stderr"};
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) { lines.push_back(line); }
    return lines;
}

}  // namespace croupier::fakes
