// Runs a model layer by layer with the engine's own kernels and shows what every layer gives.
#pragma once

#include <functional>
#include <vector>

#include "bitplace/image.h"
#include "bitplace/plan.h"
#include "core/arena.h"
#include "graph/model_contents.h"

namespace bitplace {

// A value of the graph right after it was computed, NHWC; the numbers are valid during the call. An error
// ends the run.
using ValueObserver = std::function<Status(ValueId value, const float* numbers, std::int64_t count)>;

class FloatRunner {
 public:
  // Any deployable model. `scales`, by value, say what one step of integer codes is worth: x = code * scale;
  // without them codes are shown as the whole numbers that they are. Bits are shown as -1 and +1.
  static Result<FloatRunner> create(const ModelContents& contents, std::vector<float> scales = {});

  // Shows the input and then every value in the order of the nodes, reshaped ones after what they reshape.
  // With `last`, nothing behind that value is computed.
  Status run(const ImageView& image, const ValueObserver& observe, ValueId last = kNone);

  // The model's graph: values have the same indices as in the contents given.
  const Graph& graph() const;

 private:
  Status show(ValueId written, std::size_t offset, const ValueObserver& observe, ValueId last, bool* done);
  const float* as_floats(ValueId value, const std::byte* stored);

  Plan plan_;
  AlignedBuffer arena_;
  std::vector<float> scales_;
  std::vector<std::vector<ValueId>> reshaped_;  // by value: the values that share its memory
  std::vector<float> floats_;
};

}  // namespace bitplace
