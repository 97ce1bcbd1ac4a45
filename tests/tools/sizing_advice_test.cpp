#include "sizing/sizing_advice.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

using namespace bitplace;
using namespace bitplace::tools;

namespace {

// Nothing but memory limits.
ModelCost cost(DescriptorType type, std::int32_t dimension) {
  ModelCost result;
  result.type = type;
  result.dimension = dimension;
  result.describe_ms = 1.0;
  return result;
}

SizeLimits bytes_for(std::int64_t places, std::int64_t bytes_each) {
  return {std::nullopt, places, places * bytes_each};
}

struct TableFile {
  std::string path;
  explicit TableFile(const std::string& text)
      : path((std::filesystem::temp_directory_path() / ("recall_" + std::to_string(::getpid()) + ".csv"))
                 .string()) {
    std::ofstream(path) << text;
  }
  ~TableFile() { std::filesystem::remove(path); }
};

}  // namespace

TEST_CASE("a model that fits is kept, and a wider type that fits is named") {
  const Advice kept = advise(cost(DescriptorType::s8, 512), bytes_for(1000, 600), {});
  CHECK(kept.own_fits);
  CHECK(kept.text == "keep the model as it is");
  const Advice roomy = advise(cost(DescriptorType::s8, 512), bytes_for(1000, 4000), {});
  CHECK(roomy.text == "keep the model as it is; all of its dimensions would fit as f32 too");
  CHECK(roomy.choice->type == DescriptorType::s8);
}

TEST_CASE("a model that does not fit keeps its dimensions in fewer bits where it can") {
  const Advice s8 = advise(cost(DescriptorType::f32, 512), bytes_for(1000, 600), {});
  CHECK_FALSE(s8.own_fits);
  CHECK(s8.choice->type == DescriptorType::s8);
  CHECK(s8.choice->dimension == 512);
  const Advice bits = advise(cost(DescriptorType::f32, 512), bytes_for(1000, 100), {});
  CHECK(bits.choice->type == DescriptorType::bits);
  CHECK(bits.choice->dimension == 512);
}

TEST_CASE("where no type holds all dimensions, they become fewer") {
  const Advice shorter = advise(cost(DescriptorType::f32, 4096), bytes_for(1000, 100), {});
  CHECK(shorter.choice->type == DescriptorType::s8);
  CHECK(shorter.choice->dimension == 88);
  CHECK(shorter.text ==
        "shorten the descriptor to at most 88 dimensions of s8, or at most 736 dimensions of bits");
  const Advice bits = advise(cost(DescriptorType::bits, 4096), bytes_for(1000, 100), {});
  CHECK(bits.text == "shorten the descriptor to at most 736 dimensions of bits");
}

TEST_CASE("codes too short to tell the places apart are no advice") {
  const Advice nothing = advise(cost(DescriptorType::bits, 4096), bytes_for(1000, 9), {});
  CHECK_FALSE(nothing.choice);
  CHECK(nothing.text.find("nothing fits") != std::string::npos);
  const Advice sixteen = advise(cost(DescriptorType::bits, 4096), bytes_for(1000, 10), {});
  CHECK(sixteen.choice->dimension == 16);
}

TEST_CASE("measured recalls decide, among what fits") {
  const std::vector<RecallRow> recalls = {{DescriptorType::f32, 4096, 0.9},
                                          {DescriptorType::s8, 256, 0.7},
                                          {DescriptorType::bits, 1024, 0.7},
                                          {DescriptorType::bits, 512, 0.6}};
  const ModelCost model = cost(DescriptorType::f32, 4096);
  const Advice tie = advise(model, bytes_for(1000, 300), recalls);
  CHECK(tie.choice->type == DescriptorType::bits);  // 1024 bits are fewer bytes than 256 codes
  CHECK(tie.choice->dimension == 1024);
  CHECK(tie.text.find("0.700") != std::string::npos);
  CHECK(advise(model, bytes_for(1000, 80), recalls).choice->dimension == 512);
  CHECK(advise(model, bytes_for(1000, 20000), recalls).choice->type == DescriptorType::f32);
  CHECK(advise(model, bytes_for(1000, 40), recalls).text.find("shorten") == 0);  // no row fits
}

TEST_CASE("a table of recalls is read, and its errors are told with their line") {
  const TableFile good("dimension,type,recall,note\n512,s8,0.5,a\n64,bits,1,b\n");
  const auto rows = read_recall_table(good.path);
  REQUIRE(rows.ok());
  REQUIRE(rows->size() == 2);
  CHECK((*rows)[0].type == DescriptorType::s8);
  CHECK((*rows)[0].dimension == 512);
  CHECK((*rows)[0].recall == 0.5);
  for (const char* line : {"512,s16,0.5", "0,s8,0.5", "x,s8,0.5", "512,s8,1.5", "512,s8,", "512,s8,0.5x"}) {
    CAPTURE(line);
    const TableFile bad(std::string("dimension,type,recall\n64,bits,0.1\n") + line + "\n");
    const auto refused = read_recall_table(bad.path);
    REQUIRE_FALSE(refused.ok());
    CHECK(std::string(refused.error().message()).find("line 3") != std::string::npos);
  }
  const TableFile short_table("type,recall\ns8,0.5\n");
  CHECK_FALSE(read_recall_table(short_table.path).ok());
}
