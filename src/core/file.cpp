#include "core/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "core/error.h"

namespace bitplace {
namespace {

class FileDescriptor {
 public:
  explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() { close(); }

  int get() const { return descriptor_; }
  bool valid() const { return descriptor_ >= 0; }
  bool close() {
    const int descriptor = descriptor_;
    descriptor_ = -1;
    return descriptor < 0 || ::close(descriptor) == 0;
  }

 private:
  int descriptor_;
};

Error io_error(const std::string& path, const char* what) {
  return make_error(ErrorCode::io, path, what, std::strerror(errno));
}

bool write_all(int descriptor, ByteSpan bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

// Where the bytes go: a symbolic link stays one. Devices, pipes and folders are not replaced by a file.
Result<std::string> target_of(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return path;
  if (S_ISDIR(info.st_mode)) return make_error(ErrorCode::io, path, "write", "is a folder");
  if (!S_ISREG(info.st_mode)) return make_error(ErrorCode::io, path, "write", "is not a regular file");
  char* resolved = ::realpath(path.c_str(), nullptr);
  if (resolved == nullptr) return io_error(path, "write");
  std::string target = resolved;
  std::free(resolved);
  return target;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

mode_t default_mode() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

}  // namespace

InputFile::InputFile(InputFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_) {}

InputFile::~InputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<InputFile> InputFile::open(const std::string& path) {
  InputFile file(path, ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.descriptor_ < 0) return io_error(path, "open");
  struct stat info {};
  if (::fstat(file.descriptor_, &info) != 0) return io_error(path, "stat");
  if (!S_ISREG(info.st_mode)) return make_error(ErrorCode::io, path, "open", "not a regular file");
  file.size_ = static_cast<std::uint64_t>(info.st_size);
  return file;
}

Status InputFile::read(void* out, std::size_t bytes) {
  auto* target = static_cast<std::byte*>(out);
  while (bytes > 0) {
    const ssize_t count = ::read(descriptor_, target, bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_error(path_, "read");
    if (count == 0) {
      return make_error(ErrorCode::io, path_, "read", "the file became shorter while it was read");
    }
    target += count;
    bytes -= static_cast<std::size_t>(count);
  }
  return {};
}

Result<std::vector<std::byte>> read_file(const std::string& path, std::size_t limit) {
  BITPLACE_ASSIGN(file, InputFile::open(path));
  if (file.size() > limit) {
    return make_error(ErrorCode::unsupported, path, "size",
                      std::to_string(file.size()) + " bytes, the limit is " + std::to_string(limit));
  }
  std::vector<std::byte> bytes(file.size());
  BITPLACE_TRY(file.read(bytes.data(), bytes.size()));
  return bytes;
}

Status write_file(const std::string& path, ByteSpan bytes) {
  return write_pieces(path, std::span<const ByteSpan>(&bytes, 1));
}

Status write_pieces(const std::string& path, std::span<const ByteSpan> pieces) {
  BITPLACE_ASSIGN(target, target_of(path));
  std::string temporary = target + ".XXXXXX";
  FileDescriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file.valid()) return io_error(path, "create");
  bool written = true;
  for (const ByteSpan piece : pieces)
    written = written && write_all(file.get(), piece);
  written = written && ::fchmod(file.get(), default_mode()) == 0 && ::fsync(file.get()) == 0 &&
            file.close() && ::rename(temporary.c_str(), target.c_str()) == 0;
  if (!written) {
    const Error error = io_error(path, "write");
    ::unlink(temporary.c_str());
    return error;
  }
  return {};
}

Status check_writable(const std::string& path) {
  if (path.empty()) return make_error(ErrorCode::io, "''", "write", "is no name of a file");
  BITPLACE_ASSIGN(target, target_of(path));
  const std::string folder = folder_of(target);
  const auto fault = [&](const char* why) {
    return make_error(ErrorCode::io, path, "write", "folder " + folder + ": " + why);
  };
  struct stat info {};
  if (::stat(folder.c_str(), &info) != 0) return fault(std::strerror(errno));
  if (!S_ISDIR(info.st_mode)) return fault("is not a folder");
  if (::access(folder.c_str(), W_OK | X_OK) != 0) return fault(std::strerror(errno));
  return {};
}

}  // namespace bitplace
