#include "vprplace/commands.h"

int main(int argc, char** argv) {
  using namespace bitplace::tools;
  Program program("vprplace", "Recognise places with a converted model.");
  add_describe_command(program);
  add_eval_command(program);
  add_compare_command(program);
  add_map_command(program);
  add_query_command(program);
  add_bench_command(program);
  add_plan_command(program);
  return program.main(argc, argv);
}
