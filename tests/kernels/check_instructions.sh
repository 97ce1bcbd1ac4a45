#!/bin/sh
# check_instructions.sh OBJDUMP fused|vex [ALLOWED...] -- OBJECT...: fails if an object file holds an instruction that
# it must not have, and names the first few of them with their functions.
#   fused  multiply-add with one rounding, which the numeric contract excludes. Files whose base name is in ALLOWED
#          may have it.
#   vex    AVX or later (VEX and EVEX mnemonics start with v), which baseline code must not need.
set -u
objdump=$1
case $2 in
  fused) forbidden='^(vf(n)?m(add|sub|addsub|subadd)|f(n)?m(add|sub|la|ls|lal|lsl))' ;;
  vex) forbidden='^v' ;;
  *) echo "unknown rule $2"; exit 1 ;;
esac
shift 2
allowed=
while [ "$1" != -- ]; do
  allowed="$allowed $1"
  shift
done
shift
[ $# -gt 0 ] || { echo "no object files"; exit 1; }
failed=0
for object in "$@"; do
  case " $allowed " in *" $(basename "$object" .o) "*) continue ;; esac
  code=$("$objdump" -d -C --no-show-raw-insn "$object") || { echo "$object: cannot be read"; exit 1; }
  found=$(echo "$code" | awk -F '\t' -v forbidden="$forbidden" '
    /^[0-9a-f]+ <.*>:$/ { function_name = $0; sub(/^[0-9a-f]+ /, "", function_name) }
    $2 ~ forbidden { print "  " function_name " " $2; if (++count == 5) exit }')
  if [ -n "$found" ]; then
    printf '%s:\n%s\n' "$object" "$found"
    failed=1
  fi
done
echo "$# object files checked"
exit $failed
