// Errors are values: nothing in this library throws, aborts or writes to stderr.
#pragma once

#include <cstddef>
#include <cstring>
#include <new>
#include <optional>
#include <string>
#include <utility>

namespace bitplace {

enum class ErrorCode {
  ok = 0,
  invalid_argument,  // the caller passed something impossible (null image, zero size, unknown name)
  io,                // a file cannot be opened, read or written
  corrupt,           // a file's contents contradict themselves or its hashes
  unsupported,       // well formed, but this build does not do it
  unsupported_isa,   // an instruction set was asked for by an unknown name or this CPU lacks it
  mismatch,          // two things that must belong together do not (map and model, descriptor and map)
  out_of_memory,
  internal,  // a defect of this library
};

// One short lower-case name per code, for logs and JSON.
constexpr const char* error_code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::ok:
      return "ok";
    case ErrorCode::invalid_argument:
      return "invalid_argument";
    case ErrorCode::io:
      return "io";
    case ErrorCode::corrupt:
      return "corrupt";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::unsupported_isa:
      return "unsupported_isa";
    case ErrorCode::mismatch:
      return "mismatch";
    case ErrorCode::out_of_memory:
      return "out_of_memory";
    case ErrorCode::internal:
      return "internal";
  }
  return "unknown";
}

// A code and a sentence "FILE: WHERE: WHY" (or "WHERE: WHY" where no file is involved).
// Building one never throws: when memory for the sentence is missing the code's name stands in for it.
class Error {
 public:
  Error() noexcept = default;
  explicit Error(ErrorCode code) noexcept : code_(code) {}
  Error(ErrorCode code, const char* message) noexcept : code_(code), text_(copy(message)) {}
  Error(ErrorCode code, const std::string& message) noexcept : Error(code, message.c_str()) {}
  Error(const Error& other) noexcept : code_(other.code_), text_(copy(other.text_)) {}
  Error(Error&& other) noexcept : code_(other.code_), text_(std::exchange(other.text_, nullptr)) {}
  Error& operator=(Error other) noexcept {
    std::swap(code_, other.code_);
    std::swap(text_, other.text_);
    return *this;
  }
  ~Error() { delete[] text_; }

  ErrorCode code() const noexcept { return code_; }
  const char* message() const noexcept { return text_ != nullptr ? text_ : error_code_name(code_); }

 private:
  static char* copy(const char* text) noexcept {
    if (text == nullptr) return nullptr;
    const std::size_t bytes = std::strlen(text) + 1;
    char* owned = new (std::nothrow) char[bytes];
    if (owned != nullptr) std::memcpy(owned, text, bytes);
    return owned;
  }

  ErrorCode code_ = ErrorCode::ok;
  char* text_ = nullptr;
};

// A value or the error that stands in its place. Reading the value of a failed result is undefined, as with
// std::optional: test first.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}               // NOLINT(google-explicit-constructor)
  Result(Error error) noexcept : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const noexcept { return value_.has_value(); }
  explicit operator bool() const noexcept { return ok(); }

  T& operator*() & noexcept { return *value_; }
  const T& operator*() const& noexcept { return *value_; }
  T&& operator*() && noexcept { return std::move(*value_); }
  T* operator->() noexcept { return &*value_; }
  const T* operator->() const noexcept { return &*value_; }

  const Error& error() const noexcept { return error_; }

 private:
  std::optional<T> value_;
  Error error_;
};

// Success, or the error that happened instead.
class [[nodiscard]] Status {
 public:
  Status() noexcept = default;
  Status(Error error) noexcept : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const noexcept { return error_.code() == ErrorCode::ok; }
  explicit operator bool() const noexcept { return ok(); }
  const Error& error() const noexcept { return error_; }

 private:
  Error error_;
};

}  // namespace bitplace
