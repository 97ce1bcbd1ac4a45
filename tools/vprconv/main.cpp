#include "vprconv/commands.h"

int main(int argc, char** argv) {
  bitplace::tools::Program program("vprconv", "Turns trained checkpoints into models for bitplace");
  bitplace::tools::add_convert(program);
  bitplace::tools::add_inspect(program);
  bitplace::tools::add_explain(program);
  bitplace::tools::add_search(program);
  return program.main(argc, argv);
}
