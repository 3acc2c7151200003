# SPDX-License-Identifier: MIT
# What a program starts: each has its events, under its own pid, however it was started.
. "${0%/*}/lib.sh"
program=$(cd "$programs" && pwd)/exec

# pids_of: the processes in the trace that have locked a mutex.
pids_of()
{
	babeltrace2 --no-delta "$dir/trace" | sed -n 's/.* trace_thr:lock_acquired:.* pid = \([0-9]*\),.*/\1/p' | sort -u
}

# records WHAT COMMAND…: all that have said `pid N` are in the trace, and none else.
records()
{
	what=$1
	shift
	rm -rf "$dir/trace"
	tool record -q --preload -o "$dir/trace" -- "$@"
	sed -n 's/^pid //p' "$dir/out" | sort -u >"$dir/said"
	pids_of >"$dir/traced"
	check "$what" "$(status_is 0)$(differs "$dir/said" "$dir/traced")$(test -s "$dir/said" || echo none)"
	tool check "$dir/trace"
	check "$what: nothing is found" "$(status_is 0)"
}

for way in vfork fork spawn exec shell; do
	records "$way" "$program" "$way"
done

# A process is named by its programs, and is one group over exec.
records 'sh that is replaced' sh -c "exec $program fork"
tool timeline "$dir/trace"
grep '^process ' "$dir/out" | sed 's/[0-9]\{1,\}/N/g' >"$dir/heads"
shell=$(basename "$(readlink -f "$(command -v sh)")")
check 'processes are named by their programs' "$(differs - "$dir/heads" <<END
process N ($shell, then exec), child of N
process N (exec, then exec), child of N
END
)"

records 'one after the other' "$program" vfork exec shell spawn fork exec
records 'sh -c' sh -c "$program & $program spawn; wait"

cat >"$dir/Makefile" <<END
all: a b
	+\$(MAKE) -f $dir/Makefile c d
a b c d:
	@$program spawn
.PHONY: all a b c d
END
records 'make -j2 that calls make' make -s -j2 -f "$dir/Makefile"
check 'make: as many as there should be' "$(test "$(wc -l <"$dir/said")" = 8 || cat "$dir/said")"

# What cannot be recorded is named, once, and by all who read the trace.
echo 'int main(void) { return 0; }' >"$dir/plain.c"
${CC:-cc} -static -o "$dir/static" "$dir/plain.c" || exit 1
printf '#!%s\n' "$dir/static" >"$dir/script"
chmod +x "$dir/script"
for way in "$dir/static; $dir/static" "$dir/script" "cd $dir && PATH=.:/bin:/usr/bin && static" "env $dir/static" \
	"exec $dir/static"; do
	rm -rf "$dir/trace"
	tool record -q --preload -o "$dir/trace" -- sh -c "$way"
	check "$way" "$(status_is 0)$(lines err 1)$(has err "^trace-thr: not recorded: $dir/(\./)?static: it is statically")"
done
tool check "$dir/trace"
check 'check says that a program is missing' "$(status_is 0)$(has err '^trace-thr: 1 program was started and not recorded')"
rm -rf "$dir/trace"
tool record -q --preload -o "$dir/trace" -- sh -c "$dir/nowhere; env -i $program; $program exec"
check 'an environment that is cleared is told, a program that is not there is not' \
	"$(lines err 2)$(has err "not recorded: $program: it was started without LD_PRELOAD")"

# Without the environment it is not traced, and works.
rm -rf "$dir/trace"
tool record -q --preload -o "$dir/trace" -- "$program" without spawn
check 'an environment that is cleared' \
	"$(status_is 0)$(test "$(grep -c ^pid "$dir/out")" = 3 || cat "$dir/out")$(test "$(pids_of | wc -l)" = 1 || pids_of)"
tool record -q --preload -o "$dir/trace2" -- env -i "$program" fork
check 'env -i' "$(status_is 0)$(test "$(grep -c ^pid "$dir/out")" = 3 || cat "$dir/out")"
finish
