/* What describe.cpp does, from C: describes an image that lies in memory and prints the descriptor. */
#include <bitplace/bitplace_c.h>
#include <stdio.h>
#include <stdlib.h>

enum { kWidth = 37, kHeight = 29 };

static int fail(const char* what) {
  printf("failed: %s: %s\n", what, bitplace_last_error());
  return 1;
}

int main(int count, char** arguments) {
  static uint8_t pixels[kHeight][kWidth][3];
  bitplace_image image = {&pixels[0][0][0], kWidth, kHeight, 0, BITPLACE_RGB8};
  bitplace_describer* describer = NULL;
  bitplace_descriptor_spec spec;
  bitplace_map* map = NULL;
  bitplace_match match;
  int found = 0;
  uint8_t* descriptor;
  size_t i;
  int x, y, c;
  if (count != 2) return 2;
  for (y = 0; y < kHeight; ++y) {
    for (x = 0; x < kWidth; ++x) {
      for (c = 0; c < 3; ++c) {
        pixels[y][x][c] = (uint8_t)((x * (7 + 4 * c) + y * (13 - 3 * c) + x * y % (31 + c)) & 255);
      }
    }
  }
  if (bitplace_describer_open(arguments[1], NULL, 1, &describer) != BITPLACE_OK) return fail("open");
  if (bitplace_describer_spec(describer, &spec) != BITPLACE_OK) return fail("spec");
  descriptor = malloc(spec.bytes);
  if (descriptor == NULL) return 1;
  if (bitplace_describe(describer, &image, descriptor, spec.bytes) != BITPLACE_OK) return fail("describe");
  if (bitplace_map_create(&spec, &map) != BITPLACE_OK) return fail("map");
  if (bitplace_map_add(map, &spec, descriptor, 20) != BITPLACE_OK) return fail("add");
  if (bitplace_map_query(map, &spec, descriptor, 1, &match, &found) != BITPLACE_OK) return fail("query");
  if (found != 1 || match.id != 20) return fail("the map does not find the picture");
  printf("color ");
  for (i = 0; i < spec.bytes; ++i)
    printf("%02x", (unsigned)descriptor[i]);
  printf("\n");
  free(descriptor);
  bitplace_map_free(map);
  bitplace_describer_free(describer);
  return 0;
}
