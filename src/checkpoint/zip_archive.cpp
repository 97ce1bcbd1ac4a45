#include "checkpoint/zip_archive.h"

#include <zip.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "checkpoint/printable.h"
#include "core/error.h"

namespace bitplace {
namespace {

constexpr zip_int64_t kMostEntries = 1'000'000;
constexpr std::size_t kLongestName = 4096;
// DEFLATE's own limit; more in the directory is a lie, and memory is reserved by what the directory says.
constexpr std::uint64_t kLargestDeflateRatio = 1032;
// Weights hardly compress. What inflates to more than this is made to exhaust memory.
constexpr std::uint64_t kLargestTotalRatio = 16;
constexpr std::uint64_t kAlwaysAllowed = std::uint64_t{64} << 20;

class ZipError {
 public:
  ZipError() { zip_error_init(&error_); }
  ZipError(const ZipError&) = delete;
  ZipError& operator=(const ZipError&) = delete;
  ~ZipError() { zip_error_fini(&error_); }
  zip_error_t* get() { return &error_; }
  const char* text() { return zip_error_strerror(&error_); }

 private:
  zip_error_t error_{};
};

// Why an entry's name is refused, or null.
const char* name_defect(std::string_view name) {
  if (name.empty()) return "an entry without a name";
  if (name.size() > kLongestName) return "an entry's name is too long";
  if (name.front() == '/' || name.find('\\') != std::string_view::npos || name.find(':') == 1)
    return "an absolute path";
  for (std::size_t start = 0; start <= name.size();) {
    const std::size_t end = std::min(name.find('/', start), name.size());
    if (name.substr(start, end - start) == "..") return "a path that points upwards";
    start = end + 1;
  }
  return nullptr;
}

}  // namespace

ZipArchive::ZipArchive(ZipArchive&& other) noexcept
    : file_(std::move(other.file_)),
      handle_(std::exchange(other.handle_, nullptr)),
      entries_(std::move(other.entries_)) {}

ZipArchive& ZipArchive::operator=(ZipArchive&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(handle_, other.handle_);
  std::swap(entries_, other.entries_);
  return *this;
}

ZipArchive::~ZipArchive() {
  if (handle_ != nullptr) zip_discard(handle_);
}

Result<ZipArchive> ZipArchive::open(const std::string& file, ByteSpan bytes) {
  ZipArchive archive(file);
  ZipError error;
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, error.get());
  if (source == nullptr) return make_error(ErrorCode::out_of_memory, file, "zip", error.text());
  archive.handle_ = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, error.get());
  if (archive.handle_ == nullptr) {
    zip_source_free(source);
    return make_error(ErrorCode::corrupt, file, "zip", error.text());
  }
  BITPLACE_TRY(archive.index_entries(bytes.size()));
  return archive;
}

Status ZipArchive::index_entry(std::uint64_t index, std::uint64_t* stored, std::uint64_t* inflated) {
  const auto refuse = [&](ErrorCode code, const std::string& entry, const char* why) {
    return make_error(code, file_, "zip entry \"" + printable(entry) + "\"", why);
  };
  zip_stat_t info;
  constexpr zip_uint64_t kNeeded =
      ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
  if (zip_stat_index(handle_, index, ZIP_FL_ENC_RAW, &info) != 0 || (info.valid & kNeeded) != kNeeded)
    return refuse(ErrorCode::corrupt, std::to_string(index), "its directory record is incomplete");
  const std::string name = info.name;
  if (const char* defect = name_defect(name)) return refuse(ErrorCode::corrupt, name, defect);
  if (info.encryption_method != ZIP_EM_NONE)
    return refuse(ErrorCode::unsupported, name, "encrypted entries are not supported");
  if (info.comp_method == ZIP_CM_STORE) {
    if (info.size != info.comp_size) return refuse(ErrorCode::corrupt, name, "its two sizes differ");
  } else if (info.comp_method != ZIP_CM_DEFLATE) {
    return refuse(ErrorCode::unsupported, name, "its compression method is not supported");
  } else if (info.size / kLargestDeflateRatio > info.comp_size) {
    return refuse(ErrorCode::corrupt, name, "it claims to be larger than its compressed data can be");
  }
  if (!entries_.emplace(name, Entry{index, info.size}).second)
    return refuse(ErrorCode::corrupt, name, "the name occurs twice");
  if (!checked_add(*stored, info.comp_size, stored) || !checked_add(*inflated, info.size, inflated))
    return refuse(ErrorCode::corrupt, name, "the sizes overflow");
  return {};
}

Status ZipArchive::index_entries(std::size_t archive_bytes) {
  const zip_int64_t count = zip_get_num_entries(handle_, 0);
  if (count < 0 || count > kMostEntries)
    return make_error(ErrorCode::corrupt, file_, "zip", "it has too many entries");
  std::uint64_t stored = 0;
  std::uint64_t inflated = 0;
  for (zip_int64_t index = 0; index < count; ++index)
    BITPLACE_TRY(index_entry(static_cast<std::uint64_t>(index), &stored, &inflated));
  if (stored > archive_bytes) return make_error(ErrorCode::corrupt, file_, "zip", "its entries overlap");
  if (inflated > kAlwaysAllowed && inflated / kLargestTotalRatio > archive_bytes)
    return make_error(ErrorCode::unsupported, file_, "zip",
                      "it would inflate from " + std::to_string(archive_bytes) + " to " +
                          std::to_string(inflated) + " bytes");
  return {};
}

std::vector<std::string> ZipArchive::names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_)
    names.push_back(name);
  return names;
}

std::uint64_t ZipArchive::size(std::string_view name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? 0 : found->second.bytes;
}

Result<std::vector<std::byte>> ZipArchive::read(std::string_view name) {
  const auto refuse = [&](const char* why) {
    return make_error(ErrorCode::corrupt, file_, "zip entry \"" + printable(name) + "\"", why);
  };
  const auto found = entries_.find(name);
  if (found == entries_.end()) return refuse("it is missing");
  struct Close {
    void operator()(zip_file_t* file) const { zip_fclose(file); }
  };
  const std::unique_ptr<zip_file_t, Close> file(zip_fopen_index(handle_, found->second.index, 0));
  if (file == nullptr) return refuse(zip_strerror(handle_));
  std::vector<std::byte> bytes(found->second.bytes);
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const zip_int64_t count = zip_fread(file.get(), bytes.data() + filled, bytes.size() - filled);
    if (count < 0) return refuse(zip_file_strerror(file.get()));
    if (count == 0) return refuse("it is shorter than the directory says");
    filled += static_cast<std::size_t>(count);
  }
  // Only the attempt to read on checks the CRC and shows data beyond the stated size.
  std::byte extra;
  const zip_int64_t rest = zip_fread(file.get(), &extra, 1);
  if (rest < 0) return refuse(zip_file_strerror(file.get()));
  if (rest > 0) return refuse("it is longer than the directory says");
  return bytes;
}

}  // namespace bitplace
