#!/usr/bin/env bash
# table.sh BUILD: what can be known of the Arm kernels without Arm hardware, as Markdown on standard output.
#
# First table: the inner loop of every kernel, found in the object file by its function's name (loop.awk), and the cycles
# that it takes in the long run on llvm-mca's model of a CPU. The limit is what the busiest port of that model needs for
# the same products in the register-only loop of bench/limits. Integer depthwise loops also requantize: their limit is
# that of both loops run together.
# Second table: instructions executed per multiply-accumulate of whole layers, gathering, tails, epilogues and calls
# included, counted one by one in qemu's log (`-singlestep -d nochain,exec,strace`) between the program's markers.
#
#   LLVM_MCA       llvm-mca to use (default: llvm-mca-19, then llvm-mca)
#   OBJDUMP, QEMU  default: aarch64-linux-gnu-objdump, qemu-aarch64-static -L /usr/aarch64-linux-gnu
set -euo pipefail
export LC_ALL=C

build=${1:?usage: table.sh BUILD}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mca=${LLVM_MCA:-$(command -v llvm-mca-19 || command -v llvm-mca)}
objdump=${OBJDUMP:-aarch64-linux-gnu-objdump}
read -r -a qemu <<<"${QEMU:-qemu-aarch64-static -L /usr/aarch64-linux-gnu}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Kernel and loop | source | function | CPUs | limit: source function repetitions ...
loops() {
  cat <<'TABLE'
convolution_b1_b1__neon_4x4|convolution_b1_b1_neon.cpp|run(|neoverse-n1 cortex-a72|limits_neon.cpp run_count 1
convolution_u8_b1__neon_2x32|convolution_u8_b1_neon.cpp|run(|neoverse-n1 cortex-a72|limits_neon.cpp run_lookup 1
convolution_u8_b1__neondot_4x16|convolution_u8_b1_neondot.cpp|run(|neoverse-n1|limits_neondot.cpp run_quadruples 1
convolution_s8_s8__neon_4x4, any weights|convolution_s8_s8_neon.cpp|rows_tile_by_pairs<4ul>|neoverse-n1 cortex-a72|limits_neon.cpp run_pairs 1
convolution_s8_s4__neon_4x4, few bits|convolution_s8_s4_neon.cpp|rows_tile_by_lanes<4ul>|neoverse-n1 cortex-a72|limits_neon.cpp run_lanes 1
convolution_s8_s8__neondot_8x8|convolution_s8_s8_neondot.cpp|quads_tile<8ul>|neoverse-n1|limits_neondot.cpp run_signed_quadruples 1
convolution_s8_s8__neoni8mm_8x8, s8|convolution_s8_s8_neoni8mm.cpp|octets_tile<__Int8x16_t, 4ul>|neoverse-n2|limits_neoni8mm.cpp run_octets 1
convolution_s8_s8__neoni8mm_8x8, u8|convolution_s8_s8_neoni8mm.cpp|octets_tile<__Uint8x16_t, 4ul>|neoverse-n2|limits_neoni8mm.cpp run_octets 1
convolution_f32_f32__neon_8x8|convolution_f32_f32_neon.cpp|singles_tile<float, 8ul>|neoverse-n1 cortex-a72|limits_neon.cpp run_singles 1
convolution_f16_f16__neon_8x8|convolution_f16_f16_neon.cpp|singles_tile<half, 8ul>|neoverse-n1 cortex-a72|limits_neon.cpp run_singles 1
convolution_f16_f16__neonfp16_8x8|convolution_f16_f16_neonfp16.cpp|halves_tile<8ul>|neoverse-n2|limits_neonfp16.cpp run_halves 1
depthwise_s8_s8__neon_1x16, 3 x 3|depthwise_s8_s8_neon.cpp|depthwise_position<bitplace::(anonymous namespace)::Bytes<false>, 9ul, bitplace::(anonymous namespace)::RequantizedOutputs>|neoverse-n1 cortex-a72|limits_neon.cpp run_taps 3 epilogue_neon.cpp run_requantize 1
depthwise_s8_s8__neondot_row16, stride 1|depthwise_s8_s8_neondot.cpp|quads_row<1l, false, true, bitplace::(anonymous namespace)::RequantizedOutputs>|neoverse-n1|limits_neondot.cpp run_signed_quadruples 3 epilogue_neon.cpp run_requantize 2
depthwise_s8_s8__neondot_row16, stride 2|depthwise_s8_s8_neondot.cpp|quads_row<2l, false, true, bitplace::(anonymous namespace)::RequantizedOutputs>|neoverse-n1|limits_neondot.cpp run_signed_quadruples 3 epilogue_neon.cpp run_requantize 2
depthwise_f32_f32__neon_4x8, stride 1|depthwise_f32_f32_neon.cpp|depthwise_strip<bitplace::(anonymous namespace)::Singles, 1ul, bitplace::(anonymous namespace)::SingleOutputs>|neoverse-n1 cortex-a72|limits_neon.cpp run_singles 1
depthwise_f32_f32__neon_4x8, stride 2|depthwise_f32_f32_neon.cpp|depthwise_strip<bitplace::(anonymous namespace)::Singles, 2ul, bitplace::(anonymous namespace)::SingleOutputs>|neoverse-n1 cortex-a72|limits_neon.cpp run_singles 1
depthwise_f16_f16__neon_4x8, stride 1|depthwise_f16_f16_neon.cpp|depthwise_strip<bitplace::(anonymous namespace)::WidenedHalves, 1ul, bitplace::(anonymous namespace)::HalfOutputs>|neoverse-n1 cortex-a72|limits_neon.cpp run_singles 1
depthwise_f16_f16__neon_4x8, stride 2|depthwise_f16_f16_neon.cpp|depthwise_strip<bitplace::(anonymous namespace)::WidenedHalves, 2ul, bitplace::(anonymous namespace)::HalfOutputs>|neoverse-n1 cortex-a72|limits_neon.cpp run_singles 1
depthwise_f16_f16__neonfp16_4x8, stride 1|depthwise_f16_f16_neonfp16.cpp|depthwise_strip<bitplace::(anonymous namespace)::Halves, 1ul, bitplace::(anonymous namespace)::HalfOutputs>|neoverse-n2|limits_neonfp16.cpp run_halves 1
depthwise_f16_f16__neonfp16_4x8, stride 2|depthwise_f16_f16_neonfp16.cpp|depthwise_strip<bitplace::(anonymous namespace)::Halves, 2ul, bitplace::(anonymous namespace)::HalfOutputs>|neoverse-n2|limits_neonfp16.cpp run_halves 1
TABLE
}

# extract SOURCE FUNCTION: the inner loop as assembly; prints the path of the file.
extract() {
  local object file
  object=$(find "$build/kernels" "$build/bench" -name "$1.o")
  file=$work/$(printf '%s %s' "$1" "$2" | tr -c 'a-zA-Z0-9\n' _).s
  if [ ! -s "$file" ]; then
    "$objdump" -d -C --no-show-raw-insn "$object" | awk -v name="$2" -f "$here/loop.awk" >"$file" ||
      { echo "error: $1: no loop in $2" >&2; return 1; }
  fi
  echo "$file"
}

# join SOURCE FUNCTION REPETITIONS ...: several loops as one; the products are those of the first. Prints the path.
join() {
  local file=$work/joined.s first loop i
  first=$(extract "$1" "$2")
  echo "# 0 $(($(products "$first") * $3))" >"$file"
  while [ $# -ge 3 ]; do
    loop=$(extract "$1" "$2")
    for ((i = 0; i < $3; i++)); do grep -v -e '^#' -e '^loop:' "$loop" | sed '$d' >>"$file"; done
    shift 3
  done
  echo "$file"
}

instructions() { awk 'NR == 1 { print $2 }' "$1"; }
products() { awk 'NR == 1 { print $3 }' "$1"; }

# analyse FILE CPU: cycles per iteration in the long run, and those of the busiest port.
analyse() {
  "$mca" -mtriple=aarch64-linux-gnu -mcpu="$2" -mattr=+dotprod,+fullfp16,+fp16fml,+i8mm -iterations=1000 "$1" \
    2>"$work/log" | awk '/^Total Cycles:/ { cycles = $3 / 1000 } /^Block RThroughput:/ { busiest = $3 }
      END { print cycles, busiest; exit !cycles }' || { cat "$work/log" >&2; return 1; }
}

loop_table() {
  local kernel source function cpus limits cpu loop limit cycles busiest
  echo "| kernel and loop | instructions | products | per product | CPU model | cycles | limit | share |"
  echo "|---|--:|--:|--:|---|--:|--:|--:|"
  loops | while IFS='|' read -r kernel source function cpus limits; do
    loop=$(extract "$source" "$function")
    # shellcheck disable=SC2086
    limit=$(join $limits)
    for cpu in $cpus; do
      read -r cycles _ < <(analyse "$loop" "$cpu")
      read -r _ busiest < <(analyse "$limit" "$cpu")
      awk -v kernel="$kernel" -v cpu="$cpu" -v instructions="$(instructions "$loop")" -v products="$(products "$loop")" \
        -v cycles="$cycles" -v limit_products="$(products "$limit")" -v busiest="$busiest" 'BEGIN {
          limit = products / limit_products * busiest
          printf "| %s | %d | %d | %.3f | %s | %.1f | %.1f | %.0f %% |\n", kernel, instructions, products,
            instructions / products, cpu, cycles, limit, 100 * limit / cycles
        }'
    done
  done
}

# The environment is empty but for early binding, so that frames never wait for the dynamic linker.
layer_table() {
  local layer row products count
  echo "| layer | kernel | products | instructions executed | per product |"
  echo "|---|---|--:|--:|--:|"
  env -i LD_BIND_NOW=1 "$(command -v "${qemu[0]}")" "${qemu[@]:1}" -singlestep -d nochain,exec,strace \
    "$build/bin/bitplace_count_kernels" "$here/shapes" 2>&1 >"$work/rows" |
    awk '/getppid/ { inside = !inside; if (!inside) print count; count = 0; next } /^Trace/ { count++ }' >"$work/counts"
  paste -d ' ' "$work/rows" "$work/counts" | while read -r layer row products count; do
    awk -v layer="$layer" -v row="$row" -v products="$products" -v count="$count" 'BEGIN {
      printf "| %s | %s | %d | %d | %.3f |\n", layer, row, products, count, count / products
    }'
  done
}

printf '%s; %s; compiler %s\n\n' "$("$mca" --version | sed -n 's/.*LLVM version /llvm-mca /p')" \
  "$("${qemu[0]}" --version | sed -n '1{s/ version / /; s/ (.*//p}')" \
  "$(sed -n 's/set(CMAKE_CXX_COMPILER_VERSION "\(.*\)").*/\1/p' "$build"/CMakeFiles/*/CMakeCXXCompiler.cmake)"
loop_table
echo
layer_table
