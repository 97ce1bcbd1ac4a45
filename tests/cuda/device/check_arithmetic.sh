#!/bin/sh
# check_arithmetic.sh CUOBJDUMP ALLOWED OBJECT...: fails where device code rounds otherwise than the numeric contract
# says, and names the first few places. In the PTX form of a kernel, which is what ptxas compiles:
#   fma            rounds once what the contract rounds twice; kernels whose names match ALLOWED, a regular
#                  expression, may have it
#   add, sub, mul  without a rounding of their own: ptxas may fuse these
#   approx, ftz    no rounding to nearest
# Machine code tells less: there a division is made of fused steps, which round as they should.
set -u
cuobjdump=$1
allowed=$2
shift 2
[ $# -gt 0 ] || { echo "no object files"; exit 1; }
failed=0
seen=0
for object in "$@"; do
  code=$("$cuobjdump" -ptx "$object") || { echo "$object: cannot be read"; exit 1; }
  seen=$((seen + $(echo "$code" | grep -c '[a-z]\.rn\.f32')))
  found=$(echo "$code" | awk -v allowed="$allowed" '
    /\.entry/ { kernel = $0; sub(/.*\.entry */, "", kernel); sub(/\(.*/, "", kernel) }
    /(^|[ \t])fma\.[a-z.]*f(32|64)/ && kernel !~ allowed { print "  " kernel ": " $0; count++ }
    /(^|[ \t])(add|sub|mul)\.f(32|64)/ || /\.approx|\.ftz/ { print "  " kernel ": " $0; count++ }
    count == 5 { exit }')
  if [ -n "$found" ]; then
    printf '%s:\n%s\n' "$object" "$found"
    failed=1
  fi
done
[ "$seen" -gt 0 ] || { echo "no arithmetic found: is PTX part of the objects?"; exit 1; }
echo "$# object files checked, $seen roundings to nearest"
exit $failed
