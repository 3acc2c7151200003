#!/bin/sh
# make -j4: a tree of shells, compilers and linkers, each traced under its own pid.
. "$(dirname "$0")/lib.sh"
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
run make -s -C "$dir/work" -j4 MAKEFLAGS=
mv "$dir/out" "$dir/bare_out"
check "make: builds without us" "$(status_is 0)"
rm -f "$dir/work"/*.o "$dir/work/prog"
tool record -q --preload -o "$dir/make" -- make -s -C "$dir/work" -j4
check "make: the same status and output" "$(status_is 0)$(diff "$dir/bare_out" "$dir/out")$(is_empty err)"
run sh -c "babeltrace2 '$dir/make' | grep thread_start | grep -o ' pid = [0-9]*' | sort -u"
# make, six shells, and for each a compiler with what it starts.
check "make: each program has its own pid" \
	"$(test "$(wc -l <"$dir/out")" -ge 20 || echo "$(wc -l <"$dir/out") pids, should be 20 at least; ")"
run "$TOOL" events --format csv "$dir/make"
check "make: none of them is left out" "$(is_empty err)"
is_right make
finish
