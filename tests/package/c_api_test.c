/* The C interface from C: arguments are a model and the map file to write. */
#include <bitplace/bitplace_c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

static void check(int holds, const char* what, int line) {
  if (holds) return;
  printf("line %d: %s (last error: %s)\n", line, what, bitplace_last_error());
  ++failures;
}
#define CHECK(condition) check((condition), #condition, __LINE__)

static void fill(uint8_t* pixels, size_t bytes, unsigned state) {
  size_t i;
  for (i = 0; i < bytes; ++i) {
    state = state * 1664525u + 1013904223u;
    pixels[i] = (uint8_t)(state >> 24);
  }
}

static bitplace_image rgb_image(const uint8_t* pixels, int width, int height) {
  bitplace_image image;
  image.data = pixels;
  image.width = width;
  image.height = height;
  image.stride = 0;
  image.format = BITPLACE_RGB8;
  return image;
}

static void errors_are_values(const char* model) {
  bitplace_describer* describer = (bitplace_describer*)&failures;
  bitplace_map* map = (bitplace_map*)&failures;
  CHECK(bitplace_describer_open("no/such.vpr", NULL, 1, &describer) == BITPLACE_IO);
  CHECK(describer == NULL);
  CHECK(strstr(bitplace_last_error(), "no/such.vpr: open: ") == bitplace_last_error());
  CHECK(bitplace_describer_open(NULL, NULL, 1, &describer) == BITPLACE_INVALID_ARGUMENT);
  CHECK(bitplace_describer_open(model, NULL, 1, NULL) == BITPLACE_INVALID_ARGUMENT);
  CHECK(bitplace_describer_open(model, "pentium", 1, &describer) == BITPLACE_UNSUPPORTED_ISA);
  CHECK(bitplace_describer_open(model, NULL, 0, &describer) == BITPLACE_INVALID_ARGUMENT);
  CHECK(bitplace_describer_from_memory("text", 4, NULL, 1, &describer) == BITPLACE_CORRUPT);
  CHECK(bitplace_map_open("no/such.vprmap", &map) == BITPLACE_IO);
  CHECK(map == NULL);
  CHECK(bitplace_map_create(NULL, &map) == BITPLACE_INVALID_ARGUMENT);
  CHECK(bitplace_map_size(NULL) == 0);
  bitplace_describer_free(NULL);
  bitplace_map_free(NULL);
}

static void describing_checks_its_arguments(bitplace_describer* describer, void* descriptor, size_t bytes) {
  uint8_t pixels[8 * 8 * 3];
  bitplace_image image = rgb_image(pixels, 8, 8);
  fill(pixels, sizeof pixels, 1);
  CHECK(bitplace_describe(describer, &image, descriptor, bytes - 1) == BITPLACE_INVALID_ARGUMENT);
  CHECK(bitplace_describe(describer, NULL, descriptor, bytes) == BITPLACE_INVALID_ARGUMENT);
  CHECK(bitplace_describe(describer, &image, NULL, bytes) == BITPLACE_INVALID_ARGUMENT);
  CHECK(bitplace_describe(NULL, &image, descriptor, bytes) == BITPLACE_INVALID_ARGUMENT);
  image.format = 5;
  CHECK(bitplace_describe(describer, &image, descriptor, bytes) == BITPLACE_INVALID_ARGUMENT);
  image.format = BITPLACE_RGB8;
  image.stride = 3;
  CHECK(bitplace_describe(describer, &image, descriptor, bytes) == BITPLACE_INVALID_ARGUMENT);
  image.stride = 24;
  image.width = 0;
  CHECK(bitplace_describe(describer, &image, descriptor, bytes) == BITPLACE_INVALID_ARGUMENT);
}

enum { kPlaces = 5 };

/* A search on a GPU states its memory without one; a GPU that is not there is an error. */
static void searches_on_devices(const bitplace_map* map, const bitplace_descriptor_spec* spec) {
  bitplace_device_search_options options;
  bitplace_device_search* search = (bitplace_device_search*)&failures;
  size_t of_64 = 0, of_128 = 0;
  int found = 0;
  bitplace_device_search_defaults(&options);
  bitplace_device_search_defaults(NULL);
  CHECK(options.batch == 64 && options.count == 20 && strcmp(options.device, "cuda") == 0);
  CHECK(bitplace_device_search_bytes(map, NULL, &of_64) == BITPLACE_OK && of_64 > kPlaces * spec->bytes);
  options.batch = 128;
  CHECK(bitplace_device_search_bytes(map, &options, &of_128) == BITPLACE_OK && of_128 > of_64);
  CHECK(bitplace_device_search_bytes(map, &options, NULL) == BITPLACE_INVALID_ARGUMENT);
  options.device = "cuda:4711";
  CHECK(bitplace_device_search_create(map, &options, &search) == BITPLACE_UNSUPPORTED);
  CHECK(search == NULL && strstr(bitplace_last_error(), "cuda") != NULL);
  options.device = "cpu";
  CHECK(bitplace_device_search_create(map, &options, &search) == BITPLACE_INVALID_ARGUMENT);
  CHECK(bitplace_device_search_create(NULL, &options, &search) == BITPLACE_INVALID_ARGUMENT);
  CHECK(bitplace_device_search_create(map, &options, NULL) == BITPLACE_INVALID_ARGUMENT);
  options.batch = 0;
  CHECK(bitplace_device_search_bytes(map, &options, &of_64) == BITPLACE_INVALID_ARGUMENT);
  CHECK(bitplace_device_search_query(NULL, spec, spec, 1, spec->bytes, 1, NULL, &found) ==
        BITPLACE_INVALID_ARGUMENT);
  bitplace_device_search_free(NULL);
}

/* Two images in one call give what each gives alone; a device that is not there is an error. */
static void batches_and_devices(const char* model, const bitplace_descriptor_spec* spec,
                                const uint8_t* descriptors) {
  static uint8_t pixels[2][40 * 30 * 3];
  bitplace_describer_options options;
  bitplace_describer* describer = NULL;
  bitplace_image images[2];
  uint8_t* together = malloc(2 * spec->bytes);
  int i;
  if (together == NULL) return;
  for (i = 0; i < 2; ++i) {
    fill(pixels[i], sizeof pixels[i], (unsigned)i);
    images[i] = rgb_image(pixels[i], 40, 30);
  }
  bitplace_describer_defaults(&options);
  CHECK(options.threads == 1 && options.batch == 1 && options.device == NULL);
  options.device = "cuda:4711";
  CHECK(bitplace_describer_open_with(model, &options, &describer) == BITPLACE_UNSUPPORTED);
  CHECK(describer == NULL && strstr(bitplace_last_error(), "cuda") != NULL);
  options.device = "toaster";
  CHECK(bitplace_describer_open_with(model, &options, &describer) == BITPLACE_INVALID_ARGUMENT);
  options.device = "cpu";
  options.batch = 0;
  CHECK(bitplace_describer_open_with(model, &options, &describer) == BITPLACE_INVALID_ARGUMENT);
  CHECK(bitplace_describer_open_with(model, NULL, &describer) == BITPLACE_OK);
  CHECK(bitplace_describe_batch(describer, images, 2, together, 2 * spec->bytes) == BITPLACE_OK);
  CHECK(memcmp(together, descriptors, 2 * spec->bytes) == 0);
  CHECK(bitplace_describe_batch(describer, images, 2, together, spec->bytes) == BITPLACE_INVALID_ARGUMENT);
  images[1].format = 5;
  CHECK(bitplace_describe_batch(describer, images, 2, together, 2 * spec->bytes) ==
        BITPLACE_INVALID_ARGUMENT);
  bitplace_describer_free(describer);
  free(together);
}

/* Adds five images to a map and finds each of them again. */
static void check_map(bitplace_map* map, const bitplace_descriptor_spec* spec, const uint8_t* descriptors) {
  bitplace_match matches[kPlaces + 3];
  int found = 0;
  int place;
  for (place = 0; place < kPlaces; ++place) {
    const uint8_t* descriptor = descriptors + (size_t)place * spec->bytes;
    CHECK(bitplace_map_query(map, spec, descriptor, 2, matches, &found) == BITPLACE_OK);
    CHECK(found == 2 && matches[0].id == 100 + place && matches[0].index == place);
    CHECK(matches[0].score > 0.999f && matches[0].score > matches[1].score);
  }
  CHECK(bitplace_map_query(map, spec, descriptors, kPlaces + 3, matches, &found) == BITPLACE_OK);
  CHECK(found == kPlaces);
  CHECK(bitplace_map_query(map, spec, descriptors, 0, matches, &found) == BITPLACE_INVALID_ARGUMENT);
}

static void mapping_works(const bitplace_descriptor_spec* spec, const uint8_t* descriptors,
                          const char* path) {
  bitplace_map* map = NULL;
  bitplace_map* opened = NULL;
  bitplace_descriptor_spec other = *spec;
  int place;
  CHECK(bitplace_map_create(spec, &map) == BITPLACE_OK);
  for (place = 0; place < kPlaces; ++place) {
    CHECK(bitplace_map_add(map, spec, descriptors + (size_t)place * spec->bytes, 100 + place) == BITPLACE_OK);
  }
  other.identity[3] ^= 1;
  CHECK(bitplace_map_add(map, &other, descriptors, 7) == BITPLACE_MISMATCH);
  CHECK(bitplace_map_size(map) == kPlaces);
  check_map(map, spec, descriptors);
  searches_on_devices(map, spec);
  CHECK(bitplace_map_save(map, path) == BITPLACE_OK);
  bitplace_map_free(map);
  CHECK(bitplace_map_open(path, &opened) == BITPLACE_OK);
  if (opened != NULL) {
    CHECK(bitplace_map_spec(opened, &other) == BITPLACE_OK);
    CHECK(other.dimension == spec->dimension && memcmp(other.identity, spec->identity, 16) == 0);
    check_map(opened, spec, descriptors);
    bitplace_map_free(opened);
  }
}

int main(int count, char** arguments) {
  bitplace_describer* describer = NULL;
  bitplace_descriptor_spec spec;
  uint8_t* descriptors;
  int place;
  if (count != 3) return 2;
  CHECK(strcmp(bitplace_version(), PROJECT_VERSION) == 0);
  CHECK(strcmp(bitplace_last_error(), "") == 0);
  errors_are_values(arguments[1]);
  if (bitplace_describer_open(arguments[1], NULL, 1, &describer) != BITPLACE_OK) {
    printf("%s\n", bitplace_last_error());
    return 1;
  }
  CHECK(bitplace_describer_spec(describer, &spec) == BITPLACE_OK);
  CHECK(spec.type == BITPLACE_DESCRIPTOR_F32 && spec.dimension == 36 && spec.bytes == 144);
  descriptors = malloc(kPlaces * spec.bytes);
  if (descriptors == NULL) return 1;
  for (place = 0; place < kPlaces; ++place) {
    static uint8_t pixels[40 * 30 * 3];
    const bitplace_image image = rgb_image(pixels, 40, 30);
    fill(pixels, sizeof pixels, (unsigned)place);
    CHECK(bitplace_describe(describer, &image, descriptors + (size_t)place * spec.bytes, spec.bytes) ==
          BITPLACE_OK);
  }
  describing_checks_its_arguments(describer, descriptors, spec.bytes);
  batches_and_devices(arguments[1], &spec, descriptors);
  mapping_works(&spec, descriptors, arguments[2]);
  bitplace_describer_free(describer);
  free(descriptors);
  remove(arguments[2]);
  return failures == 0 ? 0 : 1;
}
