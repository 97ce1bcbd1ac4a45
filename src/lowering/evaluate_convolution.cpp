#include <algorithm>
#include <cmath>
#include <limits>

#include "lowering/evaluate_operations.h"

namespace bitplace::evaluation {
namespace {

// Element i of a row of a dense tensor, as a number.
double weight_at(DataType type, const std::byte* row, std::size_t i) {
  const auto bits = static_cast<std::size_t>(bits_per_element(type));
  const auto byte_at = [&](std::size_t at) { return std::to_integer<unsigned>(row[at]); };
  const unsigned field = bits < 8 ? byte_at(i * bits / 8) >> (i * bits % 8) & ((1u << bits) - 1) : 0;
  switch (type) {
    case DataType::b1:
      return meaning(field != 0);
    case DataType::b2:
      return 2.0 * field - 3.0;
    case DataType::s4:
      return field < 8 ? field : static_cast<double>(field) - 16.0;
    case DataType::s8:
      return static_cast<double>(reinterpret_cast<const std::int8_t*>(row)[i]);
    case DataType::f16:
      return value_of_half(reinterpret_cast<const std::uint16_t*>(row)[i]);
    default:
      return static_cast<double>(reinterpret_cast<const float*>(row)[i]);
  }
}

bool reads_floats(const Operation& operation) {
  return operation.input().type == DataType::f32 || operation.input().type == DataType::f16;
}

// Weights in (row, column, input channel, output channel) order. Those of few levels that meet floats are
// floats themselves, of the input's type.
Numbers expand_weights(const Operation& operation) {
  const Tensor& weight = *operation.graph.parameter(operation.node, "weight");
  const auto* scale = reads_floats(operation) ? operation.constants<float>("scale") : nullptr;
  const auto filters = static_cast<std::size_t>(weight.shape[0]);
  const auto depth = static_cast<std::size_t>(weight.shape[1] * weight.shape[2] * weight.shape[3]);
  const std::size_t row_bytes = dense_bytes(weight.type, weight.shape) / filters;
  Numbers expanded(depth * filters);
  for (std::size_t o = 0; o < filters; ++o) {
    for (std::size_t k = 0; k < depth; ++k)
      expanded[k * filters + o] = weight_at(weight.type, weight.data.data() + o * row_bytes, k);
    for (std::size_t k = 0; scale != nullptr && k < depth; ++k) {
      double& value = expanded[k * filters + o];
      value *= static_cast<double>(scale[o]);
      value = operation.input().type == DataType::f16 ? nearest_half(value)
                                                      : static_cast<double>(static_cast<float>(value));
    }
  }
  return expanded;
}

class Accumulators {
 public:
  explicit Accumulators(const Operation& operation)
      : a_(operation.attributes<ConvolutionAttributes>()),
        input_(operation.first),
        in_(operation.input().shape),
        out_(operation.output().shape),
        filters_(static_cast<std::size_t>(out_[3])),
        groups_(static_cast<std::size_t>(a_.groups)),
        group_inputs_(static_cast<std::size_t>(in_[3]) / groups_),
        group_outputs_(filters_ / groups_),
        weights_(expand_weights(operation)) {}

  // The maximum over the pooling window of each output.
  Numbers run() const {
    Numbers output(static_cast<std::size_t>(out_.elements()), -std::numeric_limits<double>::infinity());
    const auto columns = static_cast<std::size_t>(out_[2] * a_.pool_width);
    Numbers sums(columns * filters_);
    for (std::int64_t row = 0; row < out_[1] * a_.pool_height; ++row) {
      std::fill(sums.begin(), sums.end(), 0.0);
      sum_row(row, sums.data());
      double* pooled = &output[static_cast<std::size_t>(row / a_.pool_height * out_[2]) * filters_];
      for (std::size_t i = 0; i < sums.size(); ++i) {
        const std::size_t column = i / filters_ / static_cast<std::size_t>(a_.pool_width);
        double& best = pooled[column * filters_ + i % filters_];
        best = std::max(best, sums[i]);
      }
    }
    return output;
  }

 private:
  // One row of accumulators: weights are the outer loops, so that a few of them serve the whole row.
  void sum_row(std::int64_t row, double* sums) const {
    for (std::int64_t ky = 0; ky < a_.kernel_height; ++ky) {
      const std::int64_t y = row * a_.stride_height - a_.pad_top + ky * a_.dilation_height;
      for (std::int64_t kx = 0; kx < a_.kernel_width; ++kx) {
        const auto tap = static_cast<std::size_t>(ky * a_.kernel_width + kx);
        if (group_inputs_ == 1 && group_outputs_ == 1) {
          add_depthwise_tap(y, kx, &weights_[tap * filters_], sums);
        } else {
          add_tap(y, kx, &weights_[tap * group_inputs_ * filters_], sums);
        }
      }
    }
  }

  // Calls add(the input pixel under a tap, the sums of its output pixel), with null outside the image.
  template <typename Add>
  void for_each_column(std::int64_t y, std::int64_t kx, double* sums, Add add) const {
    for (std::int64_t column = 0; column < out_[2] * a_.pool_width; ++column, sums += filters_) {
      const std::int64_t x = column * a_.stride_width - a_.pad_left + kx * a_.dilation_width;
      const bool inside = y >= 0 && y < in_[1] && x >= 0 && x < in_[2];
      if (!inside && a_.padding != PaddingValue::one) continue;
      add(inside ? &input_[static_cast<std::size_t>((y * in_[2] + x) * in_[3])] : nullptr, sums);
    }
  }

  void add_depthwise_tap(std::int64_t y, std::int64_t kx, const double* weights, double* sums) const {
    for_each_column(y, kx, sums, [&](const double* pixel, double* out) {
      for (std::size_t c = 0; c < filters_; ++c)
        out[c] += (pixel != nullptr ? pixel[c] : 1.0) * weights[c];
    });
  }

  void add_tap(std::int64_t y, std::int64_t kx, const double* weights, double* sums) const {
    constexpr std::size_t kTogether = 4;
    for (std::size_t g = 0; g < groups_; ++g) {
      const std::size_t first_input = g * group_inputs_, first_output = g * group_outputs_;
      std::size_t c = 0;
      for (; c + kTogether <= group_inputs_; c += kTogether) {
        const double* rows = weights + c * filters_ + first_output;
        for_each_column(y, kx, sums, [&](const double* pixel, double* out) {
          double x[kTogether];
          for (std::size_t i = 0; i < kTogether; ++i)
            x[i] = pixel != nullptr ? pixel[first_input + c + i] : 1.0;
          for (std::size_t o = 0; o < group_outputs_; ++o)
            out[first_output + o] += (x[0] * rows[o] + x[1] * rows[filters_ + o]) +
                                     (x[2] * rows[2 * filters_ + o] + x[3] * rows[3 * filters_ + o]);
        });
      }
      for (; c < group_inputs_; ++c) {
        const double* rows = weights + c * filters_ + first_output;
        for_each_column(y, kx, sums, [&](const double* pixel, double* out) {
          const double x = pixel != nullptr ? pixel[first_input + c] : 1.0;
          for (std::size_t o = 0; o < group_outputs_; ++o)
            out[first_output + o] += x * rows[o];
        });
      }
    }
  }

  const ConvolutionAttributes& a_;
  const Numbers& input_;
  const Shape in_, out_;
  const std::size_t filters_, groups_, group_inputs_, group_outputs_;
  const Numbers weights_;
};

// float(accumulator) * scale + bias, each step rounded to binary32.
float scaled(double accumulator, float scale, float bias) {
  const float product = static_cast<float>(accumulator) * scale;
  return product + bias;
}

void requantize(const Operation& operation, Numbers& sums) {
  const auto& a = operation.attributes<ConvolutionAttributes>();
  const auto* scale = operation.constants<float>("scale");
  const auto* bias = operation.constants<float>("bias");
  const auto filters = static_cast<std::size_t>(operation.output().shape[3]);
  const bool is_signed = operation.gives_codes();
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const float x = scaled(sums[i], scale[i % filters], bias[i % filters]);
    sums[i] = is_signed ? code_of(x, a.output_low, a.output_high)
                        : static_cast<double>(std::nearbyint(std::clamp(x, a.output_low, a.output_high)));
  }
}

void apply_affine(const Operation& operation, Numbers& sums) {
  const auto& a = operation.attributes<ConvolutionAttributes>();
  const auto* scale = reads_floats(operation) ? nullptr : operation.constants<float>("scale");
  const auto* bias = operation.constants<float>("bias");
  const auto filters = static_cast<std::size_t>(operation.output().shape[3]);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const std::size_t c = i % filters;
    const double x = scale != nullptr ? static_cast<double>(scaled(sums[i], scale[c], bias[c]))
                                      : sums[i] + static_cast<double>(bias[c]);
    sums[i] = std::clamp(x, static_cast<double>(a.output_low), static_cast<double>(a.output_high));
  }
}

}  // namespace

Numbers convolution(const Operation& operation) {
  Numbers sums = Accumulators(operation).run();
  switch (operation.attributes<ConvolutionAttributes>().epilogue) {
    case Epilogue::raw:
      break;
    case Epilogue::threshold:
      return threshold(operation, sums);
    case Epilogue::requantize:
      requantize(operation, sums);
      break;
    case Epilogue::affine:
      apply_affine(operation, sums);
  }
  return sums;
}

}  // namespace bitplace::evaluation
