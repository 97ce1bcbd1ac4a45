// Building errors, and the boundary that no exception crosses.
#pragma once

#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "bitplace/result.h"

namespace bitplace {

// "WHERE: WHY"
inline Error make_error(ErrorCode code, std::string_view where, std::string_view why) {
  return {code, std::string(where) + ": " + std::string(why)};
}
// "FILE: WHERE: WHY"
inline Error make_error(ErrorCode code, std::string_view file, std::string_view where, std::string_view why) {
  return {code, std::string(file) + ": " + std::string(where) + ": " + std::string(why)};
}
// The same error, with the file (or other context) put in front.
inline Error with_context(const Error& error, std::string_view context) {
  return {error.code(), std::string(context) + ": " + error.message()};
}

// Runs a function that returns a Result or Status; what it throws becomes an error. Every public entry point
// that may allocate goes through here.
template <typename Function>
auto guarded(Function&& function) noexcept -> decltype(function()) {
  try {
    return std::forward<Function>(function)();
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::out_of_memory, "out of memory");
  } catch (const std::length_error&) {
    return Error(ErrorCode::out_of_memory, "out of memory");
  } catch (const std::exception& exception) {
    return Error(ErrorCode::internal, exception.what());
  } catch (...) {
    return Error(ErrorCode::internal, "unknown failure");
  }
}

// Returns early with the error of a failed Status or Result.
#define BITPLACE_TRY(expression)                                      \
  do {                                                                \
    if (auto bitplace_status = (expression); !bitplace_status.ok()) { \
      return bitplace_status.error();                                 \
    }                                                                 \
  } while (false)

// auto NAME = the value of a Result, or an early return with its error.
#define BITPLACE_ASSIGN(name, expression)                \
  auto name##_result = (expression);                     \
  if (!name##_result.ok()) return name##_result.error(); \
  auto name = *std::move(name##_result)  // NOLINT(bugprone-macro-parentheses): a declared name takes none

}  // namespace bitplace
