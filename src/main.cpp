#include "host/cli.hpp"

int main(int argc, char** argv) { return croupier::host::run(argc, argv); }
