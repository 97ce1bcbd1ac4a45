// Each pass against the recorded text of the graph that it leaves: golden/PASS.txt.
#include <catch2/catch.hpp>
#include <string>

#include "core/file.h"
#include "graph/text_dump.h"
#include "graph_builder.h"
#include "lowering/lower.h"

using namespace bitplace;

namespace {

// A layer for every rule: division by 255, a pool before a batch-norm, slopes of both signs before a pool
// (the filters are turned round), a pool that overlaps and stays, a raw convolution at the end.
Graph example() {
  test::Random random(7);  // fixed: the dumps hold hashes of the constants
  test::GraphBuilder builder(33, 29, random);
  builder.convolution("conv1", 40, test::square_convolution(3, 1, PaddingValue::valid));
  builder.max_pool("pool1", 2, 2, 0);
  builder.batch_norm("conv2_bn", 4.0f);
  builder.sign("conv2/sign");
  builder.convolution("conv2", 32, test::square_convolution(3, 1, PaddingValue::zero));
  builder.multiply_add("conv2/affine", 0.5f, 2.0f);
  builder.max_pool("pool2", 2, 2, 0);
  builder.sign("conv3/sign");
  builder.convolution("conv3", 32, test::square_convolution(3, 1, PaddingValue::one));
  builder.max_pool("pool3", 3, 2, 1);
  builder.multiply_add("conv4_bn", 0.5f, 2.0f);
  builder.sign("conv4/sign");
  builder.convolution("conv4", 32, test::square_convolution(3, 1, PaddingValue::one));
  builder.max_pool("pool4", 2, 2, 0);
  return builder.finish();
}

std::string recorded(const std::string& pass) {
  const auto bytes = read_file(BITPLACE_LOWERING_GOLDEN "/" + pass + ".txt", 1 << 20);
  if (!bytes.ok()) FAIL(bytes.error().message());
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

}  // namespace

TEST_CASE("every pass leaves the recorded graph") {
  int passes = 0;
  LoweringOptions options;
  options.observe = [&](const char* pass, const Graph& graph) {
    INFO("after " << pass);
    CHECK(dump_graph(graph) == recorded(pass));
    ++passes;
  };
  const Result<Graph> lowered = lower(example(), options);
  if (!lowered.ok()) FAIL(lowered.error().message());
  CHECK(passes == 7);
}
