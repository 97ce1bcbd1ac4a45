// Marks what the shared library exports; everything else has hidden visibility.
#pragma once

#if defined(__GNUC__)
#define BITPLACE_API __attribute__((visibility("default")))
#else
#define BITPLACE_API
#endif
