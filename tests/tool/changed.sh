#!/bin/sh
# SPDX-License-Identifier: MIT
# A program that was built again since it was recorded: each command says so once, with the remedy, and names none of
# its functions.
. "$(dirname "$0")/lib.sh"

prog=$dir/prog
cp "$BUILD/examples/deadlock_abba" "$prog"
LD_LIBRARY_PATH=$BUILD tool record -q -o "$dir/trace" --timeout 2 -- "$prog"
cp "$BUILD/examples/simple" "$prog"

for command in check timeline "timeline --format svg" events "events --format json"; do
	# Of several words.
	# shellcheck disable=SC2086
	tool $command "$dir/trace"
	check "$command says that the program has changed" \
		"$(test "$(grep -vc "other programs than the recorded" "$dir/err")" = 1 || echo "not one line in err; ")$(has err "$prog .*another build.*record it again")$(lacks out copy_page)"
done

finish
