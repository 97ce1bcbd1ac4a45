# Sourced by layer_table and recall_table, which set `bin`: the sets of photographs of docs/papers.md, and evaluations on them.

data=${BITPLACE_TEST_DATA:?names the folder with data/}/data
sets=(corridor sped_thumbs nordland_tiny)  # those that the mean counts
smoke_set=gardens_daynight10               # ten queries

# evaluate MODEL SET: what MODEL.vpr reaches, in MODEL-SET.json. Where a set has a training part, only its test part counts.
evaluate() {
  local output=$1-$2.json split=()
  if [ "$output" -nt "$1.vpr" ]; then return; fi
  if [ -e "$data/$2/frames.csv" ]; then split=(--split "$data/$2/frames.csv:test"); fi
  printf '== %s on %s\n' "$1" "$2" >&2
  "$bin/vprplace" eval "$1.vpr" --ref "$data/$2/ref" --query "$data/$2/query" --gt "$data/$2/gt.csv" \
    "${split[@]}" --json "$output" >"$output.log"
}

# evaluate_all MODEL: on every set.
evaluate_all() {
  local set
  for set in "${sets[@]}" "$smoke_set"; do evaluate "$1" "$set"; done
}

# figures MODEL: its evaluations in the order of the columns, the smoke test last.
figures() {
  local set
  for set in "${sets[@]}" "$smoke_set"; do printf '%s\n' "$1-$set.json"; done
}

# jq's definitions of a row's numbers. memory_cost: the mean of S_P100 over the sets but the smoke test, every set alike, the
# model's KiB, and KiB for each point of the mean.
definitions='
  def fixed(digits): (. * pow(10; digits) | round | tostring) | "0" * (digits + 1 - length) + . |
    .[:-digits] + "." + .[-digits:];
  def percent: . * 100 | fixed(1);
  def memory_cost(bytes): (.[:-1] | map(.s_p100) | add / length) as $mean |
    [($mean | percent), (bytes / 1024 | fixed(1)), (bytes / 1024 / ($mean * 100) | fixed(2))];'

# head_row COLUMN...: the table's head: these columns and behind them those that every table has.
head_row() {
  local column
  printf '|'
  printf ' %s |' "$@" "${sets[@]}" "$smoke_set" mean 'model KiB' 'KiB per point'
  printf '\n|---|'
  for column in "${@:2}" "${sets[@]}" "$smoke_set" mean size cost; do printf -- '--:|'; done
  printf '\n'
}
