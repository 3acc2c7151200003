# SPDX-License-Identifier: MIT
# A program that ends, in any way, while other threads are in the midst of events: its status is always its own. Each way
# COUNT times; tests/preload/exits.sh does it a few times.
. "${0%/*}/../tool/lib.sh"
here=${0%/*}
COUNT=${COUNT:-200}
limit=$((60 + COUNT * 3))
ulimit -c 0

for kind in preload tool; do
	test $kind = preload && link= || link="-DLIBRARY -I$here/../../libtrace_thr/include -L$BUILD -ltrace_thr"
	# shellcheck disable=SC2086
	${CC:-cc} -D_GNU_SOURCE -g -fPIC -shared -DPLUGIN -o "$dir/$kind.so" "$here/../preload/exits.c" $link -pthread ||
		exit 1
done

# The statuses of COUNT runs, each with how often it was.
many='n=$1; shift; while test "$n" -gt 0; do "$@"; echo $?; n=$((n - 1)); done'

# LTTng's processes of ours. A torn buffer keeps its daemons from ending; one left behind would be in the way of the
# next recorder's.
lttng_processes()
{
	grep -ls '^lttng-' /proc/[0-9]*/comm
}
before=$(lttng_processes)

nothing_left()
{
	tries=100
	while test "$(lttng_processes)" != "$before"; do
		tries=$((tries - 1))
		test $tries -gt 0 || {
			echo "processes left behind: $(lttng_processes)"
			return
		}
		sleep 0.1
	done
}

# always STATUS KIND WAY: each run has that status.
always()
{
	test "$2" = preload && how=--preload || how="--stack 8"
	rm -rf "$dir/trace"
	tool record -q $how -o "$dir/trace" -- sh -c "$many" - "$COUNT" "$BUILD/tests/$2/exits" "$3" "$dir/$2.so"
	grep -E "^[0-9]+$" "$dir/out" | sort | uniq -c | sed 's/^ *//' >"$dir/statuses"
	# A thread that is ended in the midst of an event leaves a buffer torn: then that is said, and the recorder's status
	# is 3.
	test "$status" != 3 || ! grep -q 'killed while it wrote an event' "$dir/err" || status=0
	check "$2, $3: $COUNT times its own status" \
		"$(status_is 0)$(test "$(cat "$dir/statuses")" = "$COUNT $1" || cat "$dir/statuses")$(nothing_left)"
}

for kind in preload tool; do
	for way in exit return _exit quick_exit thread handler exec fork dlclose; do
		always 3 $kind $way
	done
	always 134 $kind abort
	always 143 $kind signal
done
finish
