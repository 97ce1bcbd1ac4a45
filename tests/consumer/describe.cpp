// Describes an image that lies in memory in each pixel format, and finds it again in a map. Prints the
// descriptors.
#include <bitplace/bitplace.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using bitplace::ImageView;
using bitplace::PixelFormat;

constexpr int kWidth = 37;
constexpr int kHeight = 29;
constexpr int kRowGap = 5;  // bytes between rows that belong to no pixel

std::uint8_t channel(int x, int y, int c) {
  return static_cast<std::uint8_t>((x * (7 + 4 * c) + y * (13 - 3 * c) + x * y % (31 + c)) & 255);
}

struct Picture {
  std::vector<std::uint8_t> bytes;
  ImageView view;
};

// Grey pictures, and colour pictures with `grey`, have the first channel everywhere.
Picture picture(PixelFormat format, bool grey) {
  const int pixel_bytes = bitplace::bytes_per_pixel(format);
  const int stride = kWidth * pixel_bytes + kRowGap;
  Picture made;
  made.bytes.assign(static_cast<std::size_t>(stride) * kHeight, 0xa5);
  const bool reversed = format == PixelFormat::bgr8 || format == PixelFormat::bgra8;
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      for (int c = 0; c < pixel_bytes && c < 3; ++c) {
        const int source = grey || pixel_bytes == 1 ? 0 : reversed ? 2 - c : c;
        made.bytes[static_cast<std::size_t>(y * stride + x * pixel_bytes + c)] = channel(x, y, source);
      }
    }
  }
  made.view = ImageView{made.bytes.data(), kWidth, kHeight, stride, format};
  return made;
}

// A program's own threads under the library's steps.
class TwoThreads final : public bitplace::Executor {
 public:
  int concurrency() const noexcept override { return 2; }
  void parallel_for(std::int64_t count, Function function, void* context) noexcept override {
    std::thread other([&] {
      for (std::int64_t i = 1; i < count; i += 2)
        function(i, context);
    });
    for (std::int64_t i = 0; i < count; i += 2)
      function(i, context);
    other.join();
  }
};

using Bytes = std::vector<std::uint8_t>;

bool describe(bitplace::Describer& describer, const Picture& shown, Bytes* descriptor) {
  descriptor->resize(describer.descriptor_spec().bytes());
  const bitplace::Status status = describer.describe(shown.view, descriptor->data(), descriptor->size());
  if (!status.ok()) std::printf("%s\n", status.error().message());
  return status.ok();
}

void print(const char* name, const Bytes& descriptor) {
  std::printf("%s ", name);
  for (const std::uint8_t byte : descriptor)
    std::printf("%02x", static_cast<unsigned>(byte));
  std::printf("\n");
}

int fail(const std::string& why) {
  std::printf("failed: %s\n", why.c_str());
  return 1;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  auto model = bitplace::Model::open(arguments[1]);
  if (!model) return fail(model.error().message());
  auto plan = bitplace::Plan::create(*model);
  if (!plan) return fail(plan.error().message());
  auto describer = bitplace::Describer::create(*plan);
  if (!describer) return fail(describer.error().message());
  bitplace::DescriberOptions options;
  options.executor = std::make_shared<TwoThreads>();
  auto threaded = bitplace::Describer::create(*plan, options);
  if (!threaded) return fail(threaded.error().message());

  Bytes color;
  Bytes grey;
  Bytes other;
  if (!describe(*describer, picture(PixelFormat::rgb8, false), &color)) return 1;
  if (!describe(*describer, picture(PixelFormat::gray8, false), &grey)) return 1;
  for (const PixelFormat format :
       {PixelFormat::rgb8, PixelFormat::bgr8, PixelFormat::rgba8, PixelFormat::bgra8}) {
    if (!describe(*describer, picture(format, false), &other)) return 1;
    if (other != color) return fail("one picture in two pixel formats has two descriptors");
    if (!describe(*describer, picture(format, true), &other)) return 1;
    if (other != grey) return fail("a grey picture in two pixel formats has two descriptors");
  }
  if (!describe(*threaded, picture(PixelFormat::rgb8, false), &other)) return 1;
  if (other != color) return fail("two threads give another descriptor");
  if (color == grey) return fail("colour makes no difference");

  bitplace::PlaceMap places(describer->descriptor_spec());
  const auto& spec = describer->descriptor_spec();
  if (!places.add({grey.data(), spec}, 10) || !places.add({color.data(), spec}, 20)) return fail("add");
  const auto matches = places.query({color.data(), spec}, 2);
  if (!matches || matches.size() != 2 || matches[0].id != 20)
    return fail("the map does not find the picture");

  print("color", color);
  print("grey", grey);
  return 0;
}
