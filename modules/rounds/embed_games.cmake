# cmake -DOUT=builtin_games.cpp -P embed_games.cmake -- FILE…: writes the files' text into a C++ source.
set(rows "")
set(files FALSE)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
  if(files)
    get_filename_component(name "${CMAKE_ARGV${i}}" NAME)
    file(READ "${CMAKE_ARGV${i}}" text)
    string(APPEND rows "    {R\"croupier(${name})croupier\", R\"croupier(${text})croupier\"},\n")
  elseif(CMAKE_ARGV${i} STREQUAL "--")
    set(files TRUE)
  endif()
endforeach()
file(WRITE "${OUT}" "// Written by embed_games.cmake from config/games/.
#include \"builtin_games.hpp\"

#include <array>

namespace croupier::rounds {

namespace {

constexpr auto kGames = std::to_array<BuiltinGame>({
${rows}});

}  // namespace

std::span<const BuiltinGame> builtin_games()
{
    return kGames;
}

}  // namespace croupier::rounds
")
