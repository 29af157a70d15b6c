# Writes OUTPUT: the migrations of FOLDER/ledger and FOLDER/views as C++ (see migrations.hpp).
# cmake -DFOLDER=… -DOUTPUT=… -P embed_migrations.cmake

set(code "// Generated from migrations/: edit the SQL there.\n#include \"migrations.hpp\"\n\n#include <array>\n\n")
string(APPEND code "namespace croupier::store {\n\n")

foreach(database ledger views)
  file(GLOB files "${FOLDER}/${database}/*.sql")
  list(SORT files)
  set(rows "")
  set(count 0)
  foreach(file ${files})
    get_filename_component(name "${file}" NAME_WE)
    math(EXPR count "${count} + 1")
    # CMAKE_MATCH_1 as a number: 0001_ledger is version 1, and no number may be missing.
    if(NOT name MATCHES "^0*([1-9][0-9]*)_[a-z0-9_]+$" OR NOT CMAKE_MATCH_1 EQUAL count)
      message(FATAL_ERROR "${file}: migrations are named 0001_what.sql, 0002_what.sql, … without gaps")
    endif()
    file(READ "${file}" sql)
    if(NOT sql MATCHES "^-- min_reader: ([0-9]+)\n")
      message(FATAL_ERROR "${file}: the first line must be '-- min_reader: N': the oldest version that can still "
        "read and write the file after it")
    endif()
    string(APPEND rows "    Migration{${count}, ${CMAKE_MATCH_1}, \"${name}\", R\"sql(${sql})sql\"},\n")
  endforeach()
  string(APPEND code "std::span<const Migration> ${database}_migrations()\n{\n"
    "    static constexpr std::array<Migration, ${count}> kMigrations{{\n${rows}    }};\n"
    "    return kMigrations;\n}\n\n")
endforeach()

string(APPEND code "}  // namespace croupier::store\n")
file(WRITE "${OUTPUT}" "${code}")
