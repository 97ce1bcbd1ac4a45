#include "kernels/activation/elementary.h"

#include "kernels/activation/elementary_scalar.h"

namespace bitplace {

float exp_f32(float x) {
  return exp_of(x);
}
float log_f32(float x) {
  return log_of(x);
}
float sigmoid_f32(float x) {
  return sigmoid_of(x);
}
float tanh_f32(float x) {
  return tanh_of(x);
}
float erf_f32(float x) {
  return erf_of(x);
}

}  // namespace bitplace
