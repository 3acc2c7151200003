#!/bin/sh
# SPDX-License-Identifier: MIT
# make -j4: a tree of shells, compilers and linkers, each traced under its own pid.
. "$(dirname "$0")/lib.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL # of the make that runs the tests
mkdir "$dir/work"
for i in 1 2 3 4 5 6; do
	echo "int f$i(void); int f$i(void) { return $i; }" >"$dir/work/f$i.c"
done
echo 'int f6(void); int main(void) { return f6() - 6; }' >"$dir/work/main.c"
cat >"$dir/work/Makefile" <<'M'
prog: main.o f1.o f2.o f3.o f4.o f5.o f6.o
	@$(CC) -o $@ $^ && ./$@ && echo built
%.o: %.c
	@sh -c '$(CC) -c -o $@ $<; :'
M
# In the order of the moment: only the last line is the same always.
run make -s -C "$dir/work" -j4
mv "$dir/out" "$dir/bare_out"
check "make: builds without us" "$(status_is 0)"
rm -f "$dir/work"/*.o "$dir/work/prog"
tool record -q --preload -o "$dir/make" -- make -s -C "$dir/work" -j4
check "make: the same status and output" "$(status_is 0)$(diff "$dir/bare_out" "$dir/out")$(is_empty err)"
# make, seven shells, and for each a compiler with what it starts.
run sh -c "'$TOOL' events --format csv '$dir/make' | tail -n +2 | cut -d, -f3 | sort -u"
check "make: each program has its own pid" \
	"$(test "$(wc -l <"$dir/out")" -ge 20 || echo "$(wc -l <"$dir/out") pids, should be 20 at least; ")"
# By the recording's token: what else runs here can be in the trace, and is rightly left out.
mv "$dir/out" "$dir/pids"
token=$(sed -n 's/.*"recording": "\([^"]*\)".*/\1/p' "$dir/make/trace-thr.json")
run sh -c "babeltrace2 '$dir/make' | grep 'recording = \"$token\"' | sed -n 's/.* pid = \([0-9]*\).*/\1/p' | sort -u"
check "make: none of them is left out" "$(diff "$dir/pids" "$dir/out")"
is_right make
finish
