#include "common/program.h"
#include "vprtrain/commands.h"

int main(int argc, char** argv) {
  bitplace::tools::Program program("vprtrain", "Trains networks for visual place recognition");
  bitplace::train::add_train(program);
  bitplace::train::add_list(program);
  bitplace::train::add_describe(program);
  return program.main(argc, argv);
}
