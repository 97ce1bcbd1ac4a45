/* bitplace from C (C99) and from every language that calls C.
 *
 * Functions that can fail return a bitplace_status; the sentence that goes with the last failure on this
 * thread is bitplace_last_error(). Handles are created by one function and freed by another; freeing NULL
 * does nothing. One thread at a time uses a describer. A map takes one thread that adds and any number that
 * query. */
#ifndef BITPLACE_BITPLACE_C_H
#define BITPLACE_BITPLACE_C_H

#include <stddef.h>
#include <stdint.h>

#include "bitplace/export.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum bitplace_status {
  BITPLACE_OK = 0,
  BITPLACE_INVALID_ARGUMENT =
      1,                    /* something impossible was passed (a null pointer, zero size, unknown name) */
  BITPLACE_IO = 2,          /* a file cannot be opened, read or written */
  BITPLACE_CORRUPT = 3,     /* a file's contents contradict themselves or its hashes */
  BITPLACE_UNSUPPORTED = 4, /* well formed, but this build does not do it */
  BITPLACE_UNSUPPORTED_ISA = 5, /* an instruction set of an unknown name, or one that this CPU lacks */
  BITPLACE_MISMATCH = 6,        /* two things that must belong together do not (map and descriptor) */
  BITPLACE_OUT_OF_MEMORY = 7,
  BITPLACE_INTERNAL = 8 /* a defect of the library */
} bitplace_status;

typedef enum bitplace_pixel_format {
  BITPLACE_RGB8 = 0,
  BITPLACE_BGR8 = 1,
  BITPLACE_RGBA8 = 2,
  BITPLACE_BGRA8 = 3,
  BITPLACE_GRAY8 = 4
} bitplace_pixel_format;

typedef enum bitplace_descriptor_type {
  BITPLACE_DESCRIPTOR_F32 = 0,
  BITPLACE_DESCRIPTOR_S8 = 1,
  BITPLACE_DESCRIPTOR_BITS = 2
} bitplace_descriptor_type;

/* An image in the caller's memory. `stride` is the distance in bytes from one row to the next, 0 where rows
 * follow each other without a gap. */
typedef struct bitplace_image {
  const uint8_t* data;
  int width;
  int height;
  ptrdiff_t stride;
  int32_t format; /* a bitplace_pixel_format */
} bitplace_image;

/* What a descriptor is, and by its identity which model made it. */
typedef struct bitplace_descriptor_spec {
  int32_t type; /* a bitplace_descriptor_type */
  int32_t dimension;
  size_t bytes;
  uint8_t identity[16];
} bitplace_descriptor_spec;

typedef struct bitplace_match {
  int64_t id;    /* what bitplace_map_add was given */
  int64_t index; /* position in the map, in order of addition */
  float score;   /* cosine, or 1 - 2 * hamming / dimension for bits */
} bitplace_match;

typedef struct bitplace_describer bitplace_describer;
typedef struct bitplace_map bitplace_map;
typedef struct bitplace_device_search bitplace_device_search;

BITPLACE_API const char* bitplace_version(void);

/* "FILE: WHERE: WHY" of the last call on this thread that failed; "" before any has. Valid until the next
 * failure on this thread. */
BITPLACE_API const char* bitplace_last_error(void);

/* `isa` caps the instruction sets by name; NULL means the environment variable BITPLACE_MAX_ISA, or no cap.
 * `threads` = 1 creates no thread. On failure *describer is NULL. */
BITPLACE_API bitplace_status bitplace_describer_open(const char* model_path, const char* isa, int threads,
                                                     bitplace_describer** describer);
BITPLACE_API bitplace_status bitplace_describer_from_memory(const void* model, size_t model_bytes,
                                                            const char* isa, int threads,
                                                            bitplace_describer** describer);

/* Everything that a describer can be told. Fill it with bitplace_describer_defaults() first. */
typedef struct bitplace_describer_options {
  const char* isa;    /* as above */
  int threads;        /* as above */
  const char* device; /* "cpu" (as NULL is), "cuda", or "cuda:N" for this machine's N-th GPU from 0 */
  int batch;          /* on a GPU: how many images of one size run together at most; decides the memory */
} bitplace_describer_options;

BITPLACE_API void bitplace_describer_defaults(bitplace_describer_options* options);
/* `options` may be NULL: the defaults. BITPLACE_UNSUPPORTED: no such device, a build without kernels for
 * GPUs, or a layer that none of them runs; bitplace_last_error() says which. */
BITPLACE_API bitplace_status bitplace_describer_open_with(const char* model_path,
                                                          const bitplace_describer_options* options,
                                                          bitplace_describer** describer);
BITPLACE_API bitplace_status bitplace_describer_from_memory_with(const void* model, size_t model_bytes,
                                                                 const bitplace_describer_options* options,
                                                                 bitplace_describer** describer);
BITPLACE_API void bitplace_describer_free(bitplace_describer* describer);

BITPLACE_API bitplace_status bitplace_describer_spec(const bitplace_describer* describer,
                                                     bitplace_descriptor_spec* spec);

/* Writes the descriptor of an image of any size; `bytes` must be the spec's. Allocates nothing. */
BITPLACE_API bitplace_status bitplace_describe(bitplace_describer* describer, const bitplace_image* image,
                                               void* descriptor, size_t bytes);

/* The descriptors of `count` images of any sizes, one behind another; `bytes` must be count times the spec's.
 * On a GPU neighbours of one size run together. */
BITPLACE_API bitplace_status bitplace_describe_batch(bitplace_describer* describer,
                                                     const bitplace_image* images, size_t count,
                                                     void* descriptors, size_t bytes);

BITPLACE_API bitplace_status bitplace_map_create(const bitplace_descriptor_spec* spec, bitplace_map** map);
BITPLACE_API bitplace_status bitplace_map_open(const char* path, bitplace_map** map);
BITPLACE_API bitplace_status bitplace_map_save(const bitplace_map* map, const char* path);
BITPLACE_API void bitplace_map_free(bitplace_map* map);

BITPLACE_API bitplace_status bitplace_map_spec(const bitplace_map* map, bitplace_descriptor_spec* spec);
BITPLACE_API int64_t bitplace_map_size(const bitplace_map* map);

/* `spec` says which model made the descriptor; a map refuses those of another. */
BITPLACE_API bitplace_status bitplace_map_add(bitplace_map* map, const bitplace_descriptor_spec* spec,
                                              const void* descriptor, int64_t id);

/* The at most `count` best matches, best first, ties in order of addition; *found says how many. */
BITPLACE_API bitplace_status bitplace_map_query(const bitplace_map* map, const bitplace_descriptor_spec* spec,
                                                const void* descriptor, int count, bitplace_match* matches,
                                                int* found);

/* A map's places as they are, on a GPU, for many queries at a time: finds what bitplace_map_query finds. What
 * becomes of the map does not concern it. One thread at a time uses it. */
typedef struct bitplace_device_search_options {
  const char* device; /* "cuda", or "cuda:N" for this machine's N-th GPU from 0 */
  int batch;          /* queries that run together at most, 1 to 65535; decides the memory */
  int count;          /* matches that a query may ask for at most; of more than 1024 places, 1 to 1024 */
} bitplace_device_search_options;

BITPLACE_API void bitplace_device_search_defaults(bitplace_device_search_options* options);
/* Device memory that bitplace_device_search_create() takes. `options` may be NULL, here and there. */
BITPLACE_API bitplace_status bitplace_device_search_bytes(const bitplace_map* map,
                                                          const bitplace_device_search_options* options,
                                                          size_t* bytes);
/* BITPLACE_UNSUPPORTED: no such device, a build without kernels for GPUs, or more matches or places than they
 * count. BITPLACE_OUT_OF_MEMORY: nothing is taken. */
BITPLACE_API bitplace_status bitplace_device_search_create(const bitplace_map* map,
                                                           const bitplace_device_search_options* options,
                                                           bitplace_device_search** search);
BITPLACE_API void bitplace_device_search_free(bitplace_device_search* search);

/* The best matches of each of `query_count` descriptors that lie one behind another; `bytes` must be
 * query_count times the spec's. `matches` has room for query_count times `count`; *found says how many each
 * query has, `count` or all places, and the next query's follow them without a gap. */
BITPLACE_API bitplace_status bitplace_device_search_query(bitplace_device_search* search,
                                                          const bitplace_descriptor_spec* spec,
                                                          const void* descriptors, size_t query_count,
                                                          size_t bytes, int count, bitplace_match* matches,
                                                          int* found);

#ifdef __cplusplus
}
#endif

#endif
