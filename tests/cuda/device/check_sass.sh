#!/bin/sh
# check_sass.sh CUOBJDUMP PROMISES OBJECT...: every function of a kernel has the instruction that the kernel's row
# promises for each architecture that was built. PROMISES is a program that prints lines "sm_N SYMBOL INSTRUCTION ROW".
set -eu
cuobjdump=$1
promises=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$promises" >"$work/promises"
[ -s "$work/promises" ] || { echo "nothing is promised"; exit 1; }
for object in "$@"; do "$cuobjdump" -lelf "$object"; done 2>/dev/null | grep -o 'sm_[0-9]*' | sort -u >"$work/built"
[ -s "$work/built" ] || { echo "no device code was built"; exit 1; }
failures=0
checked=0
while read -r architecture; do
  for object in "$@"; do "$cuobjdump" -arch "$architecture" -sass "$object" 2>/dev/null || true; done >"$work/sass"
  grep "^$architecture " "$work/promises" >"$work/here" || continue
  while read -r _ symbol instruction row; do
    # Functions with the symbol, and those among them that have the instruction.
    counts=$(awk -v symbol="$symbol" -v instruction="$instruction" '
      /Function : / { if (inside && !found) missing++; inside = index($0, symbol) > 0; found = 0; functions += inside }
      inside && index($0, " " instruction) { found = 1 }
      END { if (inside && !found) missing++; print functions + 0, missing + 0 }' "$work/sass")
    checked=$((checked + 1))
    functions=${counts% *}
    missing=${counts#* }
    if [ "$functions" -eq 0 ]; then
      echo "$architecture: $row: no function has $symbol in its name"
      failures=$((failures + 1))
    elif [ "$missing" -ne 0 ]; then
      echo "$architecture: $row: $missing of $functions functions lack $instruction"
      failures=$((failures + 1))
    fi
  done <"$work/here"
done <"$work/built"
echo "checked $checked promises on $(tr '\n' ' ' <"$work/built")"
[ "$failures" -eq 0 ]
