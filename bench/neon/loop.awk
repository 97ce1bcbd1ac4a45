# Reads `objdump -d -C --no-show-raw-insn` and prints one function's inner loop with the most multiply-accumulates, as
# assembly, behind a line "# INSTRUCTIONS MULTIPLY_ACCUMULATES". A loop that only requantizes counts its codes.
#   -v name=TEXT   the function: the first whose demangled name contains TEXT
# Exit status 1: no such function, or it has no loop that multiplies.

# Multiply-accumulates of one instruction, 1 bit counting 1.
function products(mnemonic, operands) {
  if (mnemonic ~ /^[su]dot$/) return 16
  if (mnemonic ~ /^(us|s|u)mmla$/) return 32
  if (mnemonic ~ /^[su]m(ul|la)l2?$/) return 8
  if (mnemonic ~ /^fmla$|^fmlal2?$/) return 4
  if (mnemonic == "cnt") return 128
  return 0
}

# Products of the instructions first to last. Two lookups in tables of sums stand for 16 outputs x 4 pixels, and the
# multiplications beside them only widen.
function products_between(first, last,    i, sum, lookups, codes) {
  for (i = first; i <= last; i++) {
    sum += products(mnemonic[i], operands[i])
    if (mnemonic[i] == "tbl") lookups += 32
    if (mnemonic[i] == "fcvtns") codes += 4
  }
  if (lookups > 0) return lookups
  return sum > 0 ? sum : codes + 0
}

function leave_function() {
  if (!inside) return
  inside = 0
  done = 1
}

/^[0-9a-f]+ <.*>:$/ {
  leave_function()
  if (!done && index($0, name) > 0) inside = 1
  next
}

inside && /^ +[0-9a-f]+:\t/ {
  split($0, field, "\t")
  address = field[1]
  gsub(/[ :]/, "", address)
  sub(/ *\/\/.*/, "", field[4])
  sub(/ *\/\/.*/, "", field[3])
  count++
  at[address] = count
  mnemonic[count] = field[2]
  sub(/ +$/, "", mnemonic[count])
  operands[count] = field[3]
  next
}

END {
  best = 0
  begin = 0
  for (i = 1; i <= count; i++) {
    if (mnemonic[i] !~ /^(b|b\.[a-z]+|cbn?z|tbn?z)$/) continue
    target = operands[i]
    sub(/ *<.*/, "", target)
    sub(/.*[, ]/, "", target)
    if (!(target in at) || at[target] > i) continue
    # Innermost: no loop has ended between its first and last instruction.
    if (begin >= at[target]) continue
    begin = at[target]
    sum = products_between(at[target], i)
    if (sum > best) {
      best = sum
      first = at[target]
      last = i
    }
  }
  if (best == 0) exit 1
  printf "# %d %d\n", last - first + 1, best
  print "loop:"
  for (j = first; j <= last; j++) {
    sub(/[0-9a-f]+ *<.*/, "loop", operands[j])  # wherever it goes: the loop is analysed as one straight run
    printf "\t%s\t%s\n", mnemonic[j], operands[j]
  }
}
