# SPDX-License-Identifier: MIT
# half: fast
# who: root
# Recordings at once, of root and of another user, of the library and --preload, record and run, whose programs fork,
# exec, spawn and leave orphans; and strangers beside them, some of which hang. Each recording has every event of its own
# program and not one of another, not even left out on reading. AT_ONCE: how many, 8 or fewer.
. "${0%/*}/../tool/lib.sh"
AT_ONCE=${AT_ONCE:-8}
limit=300
user=65532
root=$(test "$(id -u)" = 0 && echo yes)

mkdir "$dir/bin" "$dir/bin/examples" "$dir/bin/tests" "$dir/bin/tests/tool" "$dir/meet" "$dir/home"
cp "$TOOL" "$BUILD"/libtrace_thr*.so* "$dir/bin"
cp "$BUILD/examples/deadlock_abba" "$dir/bin/examples"
cp "$BUILD/tests/tool/family" "$dir/bin/tests/tool"
chmod -R go+rX "$dir/bin"
chmod 755 "$dir"
chmod 1777 "$dir/meet" "$dir/home"
family=$dir/bin/tests/tool/family
strangers=
clean_up()
{
	for pid in $strangers; do
		kill "$pid" 2>/dev/null
	done
}

# is_of_user N: whether recording N is the user's. Of each kind two, and half of them of each.
is_of_user() { test "$root" && case $1 in 3 | 4 | 7 | 8) true ;; *) false ;; esac; }

# start N: recording N, in the background.
start()
{
	as=
	kind=
	command=record
	! is_of_user "$1" || as="setpriv --reuid=$user --regid=$user --clear-groups env -u XDG_RUNTIME_DIR -u LTTNG_HOME"
	case $1 in 2 | 4 | 6 | 8) kind=--preload ;; esac
	case $1 in 3 | 4 | 5 | 6) command=run ;; esac
	# Of several words.
	# shellcheck disable=SC2086
	timeout --kill-after=5 $limit $as env HOME="$dir/home" TMPDIR="$dir/home" "$dir/bin/trace-thr" $command $kind \
		-o "$dir/home/$1" -- "$family" "family$1" "$dir/meet" "$AT_ONCE" >"$dir/out$1" 2>"$dir/err$1" </dev/null
	echo $? >"$dir/status$1"
}

# taken N: how often each lock was taken that is a family's, in all of the trace.
taken()
{
	babeltrace2 "$dir/home/$1" | sed -n 's/.*trace_thr:lock_acquired:.*[{ ]name = "\(family[0-9]*\|stranger\|scanner\|printer\)".*/\1/p' |
		sort | uniq -c | awk '{ print $2, $1 }'
}

for i in 1 2; do
	"$dir/bin/examples/deadlock_abba" >/dev/null 2>&1 &
	strangers="$strangers $!"
done
(while test ! -e "$dir/over"; do
	"$family" stranger
	timeout 0.5 "$dir/bin/examples/deadlock_abba"
done) >/dev/null 2>&1 &
strangers="$strangers $!"
i=0
jobs=
while test $i -lt "$AT_ONCE"; do
	i=$((i + 1))
	start $i &
	jobs="$jobs $!"
done
# shellcheck disable=SC2086
wait $jobs
touch "$dir/over"

i=0
while test $i -lt "$AT_ONCE"; do
	i=$((i + 1))
	cp "$dir/err$i" "$dir/err"
	cp "$dir/out$i" "$dir/out"
	status=$(cat "$dir/status$i")
	check "$i: its program ends well, and nothing is said to be lost, left out or found" \
		"$(status_is 0)$(has err '0 events lost')$(lacks err 'left out|TT0|killed|not let in')"
	check "$i: its own events, all of them, and none else" "$(taken $i |
		grep -vx "family$i $(grep -x '[0-9]*' "$dir/out$i")" || test "$(taken $i | wc -l)" = 1 || echo nothing)"
	tool check "$dir/home/$i"
	check "$i: nothing is left out on reading" "$(status_is 0)$(lacks err 'left out')"
done
finish
