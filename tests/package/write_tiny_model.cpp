// Writes the tiny model to the file that is named.
#include <cstdio>

#include "format/model_file.h"
#include "support/tiny_model.h"

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const auto written = bitplace::write_model(arguments[1], bitplace::test::tiny_model());
  if (!written.ok()) std::fprintf(stderr, "error: %s\n", written.error().message());
  return written.ok() ? 0 : 1;
}
