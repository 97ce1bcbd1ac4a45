#!/bin/sh
# check_table.sh PROMISES DOCUMENT: the table between the document's marks is what the program prints.
set -eu
expected=$("$1" --table)
actual=$(sed -n '/^<!-- kernels -->$/,/^<!-- end of kernels -->$/p' "$2" | sed '1d;$d')
[ "$expected" = "$actual" ] && exit 0
echo "$2: its table of kernels should be"
echo "$expected"
exit 1
