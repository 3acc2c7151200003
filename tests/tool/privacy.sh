#!/bin/sh
# SPDX-License-Identifier: MIT
# Another user of the machine can neither read a recording nor write into it; and who comes of the recorded program is
# recorded, also as another user.
. "$(dirname "$0")/lib.sh"

if test "$(id -u)" != 0; then
	skip "privacy.sh: it needs root"
	finish
fi
user=65533
chmod 755 "$dir"
mkdir "$dir/bin" "$dir/bin/examples" "$dir/bin/tests" "$dir/bin/tests/tool" "$dir/home"
cp "$TOOL" "$BUILD"/libtrace_thr*.so* "$dir/bin"
cp "$BUILD/examples/deadlock_abba" "$BUILD/examples/rlock" "$dir/bin/examples"
cp "$BUILD/tests/tool/family" "$dir/bin/tests/tool"
chmod -R go+rX "$dir/bin"
chown $user "$dir/home"

other="setpriv --reuid=$user --regid=$user --clear-groups env HOME=$dir/home TMPDIR=$dir/home"
# shellcheck disable=SC2086 # of several words
as_user() { $other "$@"; } # as_user COMMAND…
mode_is() { test "$(stat -c %a "$dir/$1")" = "$2" || echo "$1 has mode $(stat -c %a "$dir/$1"), should be $2; "; }

# While it is recorded; $dir/over ends it.
umask 0
"$TOOL" run --preload -o "$dir/trace" -- sh -c "tr '\0' '\n' </proc/\$\$/environ >$dir/env; mv $dir/env $dir/environment
	until test -e $dir/over; do sleep 0.05; done; exit 5" >"$dir/run.out" 2>"$dir/run.err" </dev/null &
runner=$!
check "it runs" "$(wait_until "it has begun" test -e "$dir/environment")"
umask 022
check "no file of it can be read or written by another user" \
	"$(as_user find "$dir/trace" /dev/shm /run/lttng/client* \( -readable -o -writable \) 2>/dev/null |
		grep -vxE "/dev/shm(/lttng-ust-wait.*)?")$(as_user ls "$dir/trace" 2>&1 | grep -v 'Permission denied')$(mode_is trace 700)"
token=$(sed -n 's/^TRACE_THR_RECORDING=//p' "$dir/environment")
door=$(sed -n 's/^TRACE_THR_DOOR=//p' "$dir/environment")
check "its door is known" "$(test -S "$door" || echo "$door is no socket; ")$(test "$token" || echo 'no token; ')"

# Who is not of it, and knows all that its processes know: a deadlock of theirs would end the program.
for who in "$other" ''; do
	# shellcheck disable=SC2086
	run $who env TRACE_THR_RECORDING="$token" TRACE_THR_DOOR="$door" LTTNG_UST_REGISTER_TIMEOUT=-1 timeout 2 \
		"$dir/bin/examples/deadlock_abba"
	check "a stranger with its token${who:+, of another user}, hangs as ever" "$(status_is 124)"
	# shellcheck disable=SC2086
	run $who env TRACE_THR_RECORDING="$token" TRACE_THR_DOOR="$door" LTTNG_UST_REGISTER_TIMEOUT=-1 \
		LD_PRELOAD="$dir/bin/libtrace_thr-preload.so $dir/bin/libtrace_thr-tracepoints.so" timeout 2 \
		"$dir/bin/examples/deadlock_abba"
	check "also by --preload" "$(status_is 124)"
done
touch "$dir/over"
status=0
wait $runner || status=$?
cp "$dir/run.err" "$dir/err"
check "the program is not ended for it, and nothing is found or left out" \
	"$(status_is 5)$(lacks err 'TT001|left out')$(has err '0 events lost')"
babeltrace2 "$dir/trace" >"$dir/out"
check "the trace has nothing of them" "$(lacks out 'scanner')$(has out 'thread_start')"
check "nor can it be read when it is done" "$(as_user find "$dir/trace" -readable 2>/dev/null | grep -vx "$dir/trace")$(
	mode_is trace 700)"

# Folders that are there.
mkdir -m 777 "$dir/there"
tool record -q -o "$dir/there" -- "$BUILD/examples/rlock"
check "a folder that was there is private from then on" "$(status_is 0)$(mode_is there 700)"
as_user mkdir "$dir/home/theirs"
tool record -q -o "$dir/home/theirs" -- "$BUILD/examples/rlock"
check "one of another user is refused" "$(status_is 2)$(lines err 1)$(has err 'another user')"

# As another user, with an environment of its own, or none: by sudo, as a service does.
family=$dir/bin/tests/tool/family
tool record -q -o "$dir/dropped" -- sh -c "$family a && setpriv --reuid=$user --regid=$user --clear-groups $family b &&
	env -i $family c && env -i setpriv --reuid=$user --regid=$user --clear-groups $family d"
check "who has become another user, or has lost the environment, is recorded" "$(status_is 0)$(lacks err .)"
tool events "$dir/dropped"
check "with all events" "$(for name in a b c d; do
	n=$(grep -c "lock_acquired *$name " "$dir/out")
	test "$n" = 40 || echo "$n of $name; "
done)$(lacks err 'left out')$(test -e "$dir/dropped/ust/uid/$user" || echo "none as user $user; ")"

# As a user.
# shellcheck disable=SC2086
run $other "$dir/bin/trace-thr" record -q -o "$dir/home/own" -- "$dir/bin/examples/rlock"
check "a user's own recording is private as well" "$(status_is 0)$(mode_is home/own 700)"
mkdir "$dir/home/tmp"
chown $user "$dir/home/tmp"
# shellcheck disable=SC2086
run $other TMPDIR="$dir/home/tmp" sh -c "lttng-sessiond --no-kernel --daemonize --pidfile=$dir/home/pid &&
	$dir/bin/trace-thr record -o $dir/home/shared -- $dir/bin/examples/rlock; kill \$(cat $dir/home/pid)
	while kill -0 \$(cat $dir/home/pid); do sleep 0.02; done 2>/dev/null"
check "also by a session daemon that the user runs, and nothing is left" \
	"$(has err '0 events lost')$(mode_is home/shared 700)$(ls -A "$dir/home/tmp")"
tool events "$dir/home/shared"
check "with its events" "$(has out 'depth=2')"

# A user who may use root's daemon, as Debian has it.
if getent group tracing >/dev/null && getent passwd nobody >/dev/null; then
	mkdir "$dir/nobody"
	chown nobody "$dir/nobody"
	# shellcheck disable=SC2016
	run sh -c 'lttng --no-sessiond list >/dev/null 2>&1 ||
		{ lttng-sessiond --no-kernel --daemonize --pidfile="$0/pid" && pid=$(cat "$0/pid"); }
		"$0/bin/tests/tool/family" stranger & "$@"; wait
		test -z "$pid" || { kill "$pid"; while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done; }' "$dir" \
		setpriv --reuid=nobody --regid=nogroup --groups=tracing env HOME="$dir/nobody" TMPDIR="$dir/nobody" \
		"$dir/bin/trace-thr" record -o "$dir/nobody/trace" -- "$family" a
	check "a user in the group tracing has root's daemon, and the own events alone" "$(has err '0 events lost')$(
		mode_is nobody/trace 700)$(babeltrace2 "$dir/nobody/trace" | grep -c 'lock_acquired.*name = "a"' | grep -vx 40)$(
		babeltrace2 "$dir/nobody/trace" | grep 'name = "stranger"')$(find "$dir/nobody" -mindepth 1 -maxdepth 1 ! -name trace)"
else
	skip "privacy.sh: there is no group tracing"
fi
finish
