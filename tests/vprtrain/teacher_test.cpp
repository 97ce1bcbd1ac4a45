#include <cmath>

#include "bitplace/describer.h"
#include "format/model_file.h"
#include "support/random.h"
#include "support/tiny_model.h"
#include "vprtrain/training_files.h"
#include "vprtrain/training_module.h"

namespace bitplace::test {
namespace {

using Catch::Matchers::Contains;

constexpr const char* kMeans = R"(
def forward(self, x):
    return x.mean(3).mean(2)
)";

// Two pictures as they are stored, and other bytes that the network sees.
struct Lesson {
  train::ImageFormat format{6, 7};
  train::Batch batch;

  explicit Lesson(std::uint64_t state, std::int64_t first_image) {
    Random random(state);
    for (std::int64_t i = 0; i < 2; ++i) {
      DecodedImage image;
      image.width = 20;
      image.height = 12;
      image.pixels.resize(20 * 12 * 3);
      for (std::uint8_t& pixel : image.pixels)
        pixel = static_cast<std::uint8_t>(random.integer(0, 255));
      batch.samples.push_back({first_image + i, 0});
      batch.originals.push_back(std::make_shared<const DecodedImage>(std::move(image)));
    }
    batch.pixels.resize(2 * format.bytes());
    for (std::uint8_t& pixel : batch.pixels)
      pixel = static_cast<std::uint8_t>(random.integer(0, 255));
  }

  ImageView seen(std::size_t i) const {
    return {batch.pixels.data() + i * format.bytes(), format.width, format.height, 0, PixelFormat::rgb8};
  }
};

std::vector<TeacherRows> taught(const std::string& path, const std::string& script, bool augmented,
                                const std::vector<const train::Batch*>& batches,
                                const train::ImageFormat& format) {
  auto rows = teach(path, script, augmented, batches, format);
  if (!rows.ok()) FAIL(rows.error().message());
  return *std::move(rows);
}

TEST_CASE("A model of the engine teaches its own descriptors") {
  const TrainingFolder folder;
  const std::string path = folder.path() + "/tiny.vpr";
  REQUIRE(write_model(path, tiny_model()).ok());
  auto describer = Describer::open(path.c_str());
  REQUIRE(describer.ok());
  const Lesson lesson(1, 0);
  const bool augmented = GENERATE(false, true);
  const auto rows = taught(path, "", augmented, {&lesson.batch}, lesson.format);
  REQUIRE(rows[0].dimension == 36);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto expected = describer->describe(augmented ? lesson.seen(i) : lesson.batch.originals[i]->view());
    REQUIRE(expected.ok());
    const auto* values = static_cast<const float*>(expected->data);
    for (std::size_t k = 0; k < 36; ++k)
      CHECK(rows[0].values[i * 36 + k] == Approx(values[k]).margin(1e-6));
  }
}

TEST_CASE("Descriptors of stored images are kept by image, not by place in the batch") {
  const TrainingFolder folder;
  const std::string path = folder.path() + "/tiny.vpr";
  REQUIRE(write_model(path, tiny_model()).ok());
  const Lesson first(1, 0);
  const Lesson second(2, 2);
  Lesson mixed(3, 0);  // images 2 and 0 again
  mixed.batch.samples[0].image = 2;
  mixed.batch.samples[1].image = 0;
  const auto rows = taught(path, "", false, {&first.batch, &second.batch, &mixed.batch}, first.format);
  for (std::size_t k = 0; k < 36; ++k) {
    CHECK(rows[2].values[k] == rows[1].values[k]);
    CHECK(rows[2].values[36 + k] == rows[0].values[k]);
  }
}

TEST_CASE("A TorchScript module teaches what it returns") {
  const TrainingFolder folder;
  const Lesson lesson(4, 0);
  const auto rows = taught(folder.path() + "/means.pt", kMeans, true, {&lesson.batch}, lesson.format);
  REQUIRE(rows[0].dimension == 3);
  const double mean[] = {0.485, 0.456, 0.406};
  const double deviation[] = {0.229, 0.224, 0.225};
  for (std::size_t i = 0; i < 2; ++i) {
    std::vector<std::uint8_t> bytes(224 * 224 * 3);
    train::ImageFormat format{224, 224, ResizeRule::bilinear_tensor_antialias, ChannelOrder::rgb};
    train::NetworkImageMaker(format).make(lesson.seen(i), bytes.data());
    double expected[3] = {};
    for (std::size_t k = 0; k < bytes.size(); ++k)
      expected[k % 3] += (bytes[k] / 255.0 - mean[k % 3]) / deviation[k % 3] / (224 * 224);
    const double length = std::hypot(expected[0], expected[1], expected[2]);
    for (std::size_t c = 0; c < 3; ++c)
      CHECK(rows[0].values[i * 3 + c] == Approx(expected[c] / length).margin(1e-4));
  }
}

TEST_CASE("What cannot teach is refused with its file") {
  const TrainingFolder folder;
  const Lesson lesson(5, 0);
  const auto refusal = [&](const std::string& name, const std::string& script) {
    const auto rows = teach(folder.path() + "/" + name, script, true, {&lesson.batch}, lesson.format);
    REQUIRE(!rows.ok());
    return std::string(rows.error().message());
  };
  CHECK_THAT(refusal("none.vpr", ""), Contains("none.vpr"));
  CHECK_THAT(refusal("none.pt", ""), Contains("none.pt") && Contains("neither"));
  folder.write("text.pt", "no archive");
  CHECK_THAT(refusal("text.pt", ""), Contains("text.pt") && Contains("neither"));
  CHECK_THAT(refusal("pair.pt", "def forward(self, x):\n    return (x, x)\n"),
             Contains("pair.pt") && Contains("no tensor"));
  CHECK_THAT(refusal("one.pt", "def forward(self, x):\n    return x[0]\n"),
             Contains("one.pt") && Contains("each image"));
  CHECK_THAT(refusal("fails.pt", "def forward(self, x):\n    return x.view([7, 7])\n"), Contains("fails.pt"));
}

}  // namespace
}  // namespace bitplace::test
