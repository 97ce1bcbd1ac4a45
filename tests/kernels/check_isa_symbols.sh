#!/bin/sh
# check_isa_symbols.sh NM OBJECT...: fails if a kernel's object file defines a symbol that the linker may merge with
# another file's (weak W and V, unique u): baseline code could then run the copy made for a higher instruction set.
set -u
nm=$1
shift
[ $# -gt 0 ] || { echo "no object files"; exit 1; }
failed=0
for object in "$@"; do
  symbols=$("$nm" -C --defined-only "$object") || { echo "$object: cannot be read"; exit 1; }
  # Exception tables refer to the C++ runtime's handler through this one; it is data and the same everywhere.
  shared=$(echo "$symbols" | grep -E '^[0-9a-f]+ [WVu] ' | grep -v ' DW\.ref\.__gxx_personality_v0$')
  if [ -n "$shared" ]; then
    printf '%s defines symbols that other files may share:\n%s\n' "$object" "$shared"
    failed=1
  fi
done
echo "$# kernel object files checked"
exit $failed
