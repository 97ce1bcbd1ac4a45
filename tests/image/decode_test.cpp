#include "image/decode.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "image/probe.h"
#include "image/sample_images.h"

using namespace bitplace;
using test::SampleImage;

namespace {

namespace fs = std::filesystem;

std::vector<std::byte> bytes_of(const std::string& text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

struct Folder {
  fs::path path;
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "bitplace-images-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~Folder() { fs::remove_all(path); }
  void add(const std::string& name) const {
    fs::create_directories((path / name).parent_path());
    std::ofstream(path / name) << 'x';
  }
};

SampleImage sample_named(const std::string& name) {
  for (const SampleImage& image : test::sample_images()) {
    if (image.name == name) return image;
  }
  FAIL("no sample is called " << name);
  return {};
}

Error error_of(const std::vector<std::byte>& bytes) {
  const auto image = decode_image(bytes, "file");
  REQUIRE_FALSE(image.ok());
  return image.error();
}

}  // namespace

TEST_CASE("every kind of image file decodes to its picture") {
  for (const SampleImage& sample : test::sample_images()) {
    CAPTURE(sample.name);
    const auto image = decode_image(sample.bytes, sample.name);
    REQUIRE(image.ok());
    CHECK(image->width == sample.width);
    CHECK(image->height == sample.height);
    CHECK(image->format == sample.format());
    CHECK(image->orientation == sample.orientation);
    const int channels = bytes_per_pixel(image->format);
    REQUIRE(image->pixels.size() == static_cast<std::size_t>(sample.width * sample.height * channels));
    int worst = 0;
    for (int i = 0; i < sample.width * sample.height * channels; ++i) {
      const int pixel = i / channels;
      const int expected = sample.expected(pixel % sample.width, pixel / sample.width, i % channels);
      worst = std::max(worst, std::abs(image->pixels[static_cast<std::size_t>(i)] - expected));
    }
    CHECK(worst <= sample.tolerance);
  }
}

TEST_CASE("a file that was cut off anywhere is refused") {
  for (const SampleImage& sample : test::sample_images()) {
    CAPTURE(sample.name);
    for (std::size_t size = 0; size < sample.bytes.size(); ++size) {
      const std::vector<std::byte> cut(sample.bytes.begin(),
                                       sample.bytes.begin() + static_cast<std::ptrdiff_t>(size));
      CAPTURE(size);
      REQUIRE_FALSE(decode_image(cut, "cut").ok());
    }
  }
}

TEST_CASE("a flipped bit in a PNG file is found") {
  const SampleImage sample = sample_named("png rgba");
  for (std::size_t bit = 0; bit < 8 * sample.bytes.size(); ++bit) {
    auto changed = sample.bytes;
    changed[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    CAPTURE(bit);
    REQUIRE_FALSE(decode_image(changed, "changed").ok());
  }
}

TEST_CASE("errors name the file and the reason") {
  CHECK(std::string(error_of({}).message()) == "file: image: the file is empty");
  const Error text = error_of(bytes_of("hello"));
  CHECK(text.code() == ErrorCode::unsupported);
  CHECK(std::string(text.message()) == "file: image: not a JPEG, PNG, BMP, PGM or PPM file");
  const Error cmyk = error_of(test::cmyk_jpeg());
  CHECK(cmyk.code() == ErrorCode::unsupported);
  CHECK(std::string(cmyk.message()).find("CMYK") != std::string::npos);
  CHECK(std::string(error_of(bytes_of("P3 1 1 255 1 2 3")).message()).find("only P5 and P6") !=
        std::string::npos);
  CHECK(std::string(error_of(bytes_of("P5 2 2 15 abcd")).message()).find("largest value 15") !=
        std::string::npos);
}

TEST_CASE("sizes that no picture of the file's length can have are refused before decoding") {
  auto jpeg = sample_named("jpeg").bytes;
  auto frame = jpeg.begin();
  while (frame[0] != std::byte{0xff} || frame[1] != std::byte{0xc0})
    ++frame;
  for (int i = 5; i < 9; ++i)
    frame[i] = std::byte{0x40};
  CHECK(std::string(error_of(jpeg).message()).find("too short for its size") != std::string::npos);
  CHECK(std::string(error_of(bytes_of("P5 999999999 1 255 ")).message()).find("too short") !=
        std::string::npos);
  const Error wide = error_of(bytes_of("P5 65537 1 255 " + std::string(65537, 'x')));
  CHECK(wide.code() == ErrorCode::unsupported);
  CHECK(std::string(wide.message()).find("65537x1") != std::string::npos);
  CHECK(error_of(bytes_of("P5 0 7 255 x")).code() == ErrorCode::corrupt);
}

TEST_CASE("a Huffman table with more codes than bytes have values is refused before decoding") {
  auto jpeg = sample_named("jpeg").bytes;
  auto table = jpeg.begin();
  while (table[0] != std::byte{0xff} || table[1] != std::byte{0xc4})
    ++table;
  table[5 + 15] = std::byte{0xff};
  CHECK(std::string(error_of(jpeg).message()).find("Huffman table too long") != std::string::npos);
}

TEST_CASE("orientations that make no sense count as upright") {
  const auto with = [](const std::string& entry) {
    return exif_orientation(bytes_of(std::string("II*\0\x08\0\0\0\1\0", 10) + entry));
  };
  CHECK(with(std::string("\x12\1\3\0\1\0\0\0\x08\0\0\0", 12)) == 8);
  CHECK(with(std::string("\x12\1\3\0\1\0\0\0\x09\0\0\0", 12)) == 1);
  CHECK(with(std::string("\x12\1\4\0\1\0\0\0\x08\0\0\0", 12)) == 1);
  CHECK(with("") == 1);
  CHECK(exif_orientation(bytes_of(std::string("MM\0*\xff\xff\xff\xff", 8))) == 1);
}

TEST_CASE("images are listed in the order of their paths") {
  const Folder folder;
  for (const char* name : {"b.JPG", "a/2.png", "a/10.jpeg", "a.ppm", "B.bmp", "notes.txt", ".hidden.png",
                           ".c/x.png", "z/y/x.pgm", "jpg"}) {
    folder.add(name);
  }
  fs::create_symlink(folder.path / "missing", folder.path / "broken.png");
  fs::create_directory(folder.path / "folder.png");
  for (const std::string& root : {folder.path.string(), folder.path.string() + "/"}) {
    const auto list = list_images(root);
    REQUIRE(list.ok());
    std::vector<std::string> below;
    for (const std::string& path : *list) {
      REQUIRE(fs::is_regular_file(path));
      below.push_back(path.substr(folder.path.string().size() + 1));
    }
    CHECK(below == std::vector<std::string>{"B.bmp", "a.ppm", "a/10.jpeg", "a/2.png", "b.JPG", "z/y/x.pgm"});
  }
  const auto missing = list_images(folder.path.string() + "/none");
  CHECK(missing.error().code() == ErrorCode::io);
}

TEST_CASE("a missing file and a folder are not images") {
  CHECK(read_image("/nonexistent.png").error().code() == ErrorCode::io);
  CHECK(read_image("/").error().code() == ErrorCode::io);
}
