// Multiply and add with one rounding: what the check of the kernels' object code must find.

namespace bitplace::test {

float multiply_add(float a, float b, float c);

float multiply_add(float a, float b, float c) {
  return __builtin_fmaf(a, b, c);
}

}  // namespace bitplace::test
