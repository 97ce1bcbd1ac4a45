// Writes a small model under the name that the README's program opens.

#include <cstdio>

#include "format/model_file.h"
#include "support/tiny_model.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const bitplace::Status status = bitplace::write_model(argv[1], bitplace::test::tiny_model());
  if (!status.ok()) std::printf("error: %s\n", status.error().message());
  return status.ok() ? 0 : 1;
}
