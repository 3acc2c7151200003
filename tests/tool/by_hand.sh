#!/bin/sh
# Recordings made by hand, with the lttng command line and none of our tools: babeltrace2 shows whose each event is,
# and words for enumerations; and a program that is killed or crashes loses no event.
here=$(dirname "$0")
BUILD=${BUILD:-build}
passed=0
failed=0
session=
daemon=
dir=$(mktemp -d)
trap cleanup EXIT
trap 'exit 1' INT TERM

cleanup()
{
	test -z "$session" || timeout 60 lttng -q destroy "$session" >/dev/null 2>&1
	test -z "$daemon" || kill "$daemon"
	rm -rf "$dir"
}

# check NAME WHY: counts and prints a result, which is a failure unless WHY is empty.
check()
{
	if test -z "$2"; then
		passed=$((passed + 1))
		echo "ok $1"
	else
		failed=$((failed + 1))
		printf 'FAIL %s: %s\n' "$1" "$2"
	fi
}

# start_session: with channels that lose nothing.
start_session()
{
	session=by_hand-$$
	rm -rf "$dir/trace"
	lttng -q create "$session" --output="$dir/trace" >/dev/null &&
		lttng -q enable-channel --userspace --session="$session" --subbuf-size=1M --num-subbuf=4 \
			--blocking-timeout=inf channel &&
		lttng -q enable-event --userspace --session="$session" --channel=channel 'trace_thr:*' &&
		lttng -q start "$session" || exit 1
}

# end_session: and puts its events, one a line, into $dir/events.
end_session()
{
	if ! timeout 60 lttng -q destroy "$session"; then
		echo "cannot end the session $session"
		exit 1
	fi
	session=
	babeltrace2 "$dir/trace" >"$dir/events"
}

# traced COMMAND…: the output of both streams goes to $dir/output.
traced()
{
	LTTNG_UST_REGISTER_TIMEOUT=-1 LTTNG_UST_ALLOW_BLOCKING=1 timeout 60 "$@" >"$dir/output" 2>&1 </dev/null
}

# look_at_events PROGRAM: what an awk program, with the events as its input, has to complain about.
look_at_events()
{
	awk "$1" "$dir/events" | head -5
}

# Eight examples in one recording, which between them have events of each kind.
test_names_and_words()
{
	start_session
	for example in barrier_abort condition daemon event local lock_noblock semaphore timer; do
		traced "$BUILD/examples/$example" || check "$example" "status $?"
	done
	end_session

	check "every event says by its thread's name whose it is" "$(look_at_events '
		!/ trace_thr:[a-z_]+: .*{ pid = [0-9]+, thread = "[^"]+", thread_id = [1-9][0-9]*, caller = 0x[0-9A-F]+/
		END { if (!NR) print "no events" }')"
	check "a thread goes by the name that it started with" "$(look_at_events '
		{ pid = $0; sub(/.*{ pid = /, "", pid); sub(/,.*/, "", pid)
		  id = $0; sub(/.*thread_id = /, "", id); sub(/,.*/, "", id)
		  who = $0; sub(/.*thread = "/, "", who); sub(/".*/, "", who) }
		/trace_thr:thread_start:/ { name[pid, id] = who }
		name[pid, id] != who { print "not " name[pid, id] ": " $0 }')"
	check "names are those of the program" "$(for name in MainThread block nonblock worker-0 LockHolder Worker t1; do
		grep -q "thread = \"$name\"" "$dir/events" || echo "no event of $name"
	done)"
	check "enumerations are words" "$(look_at_events '
		/[ ](kind|mode|why|result|how|level|object) = / &&
		!/[ ](kind|mode|why|result|how|level|object) = \( "[A-Za-z ]+" : container = [0-9]+ \)/
		/<unknown>/' | sort -u)"
	check "the words say what happened" "$(for word in \
		'lock_acquired: .*kind = . "lock" .*mode = . "exclusive"' 'lock_acquired: .*kind = . "rlock"' \
		'lock_failed: .*why = . "busy"' 'cond_woken: .*result = . "notified"' 'event_woken: .*result = . "set"' \
		'barrier_broken: .*why = . "abort"' 'thread_exit: .*how = . "returned"' \
		'log_message: .*level = . "DEBUG" .*text = "wait_for_event starting"'; do
		grep -q "trace_thr:$word" "$dir/events" || echo "no event like $word"
	done)"
}

# test_death HOW STATUS: a program that ends by the signal of that exit status.
test_death()
{
	start_session
	traced "$dir/by_hand" "$1"
	status=$?
	end_session
	did=$(sed -n 's/^acquired //p' "$dir/output")
	acquired=$(grep -c 'trace_thr:lock_acquired:' "$dir/events")
	released=$(grep -c 'trace_thr:lock_released:' "$dir/events")
	check "$1: ends by its signal" "$(test $status = "$2" || echo "status $status")"
	check "$1: no event is lost" "$(test "$acquired" = "$did" && test "$released" = $((did - 1)) ||
		echo "did $did, recorded $acquired acquired, $released released")"
	check "$1: the last is what it did last" "$(tail -1 "$dir/events" | grep -v 'lock_acquired: .*name = "last"')"
}

# One daemon serves all of a user's tests; without one, ours.
if ! lttng list >/dev/null 2>&1; then
	lttng-sessiond --daemonize --pidfile="$dir/pid" || exit 1
	daemon=$(cat "$dir/pid")
fi
${CC:-cc} -std=gnu11 -g -I"$here/../../libtrace_thr/include" -o "$dir/by_hand" "$here/by_hand.c" \
	-L"$BUILD" -ltrace_thr -Wl,-rpath,"$(realpath "$BUILD")" -pthread || exit 1

test_names_and_words
# shellcheck disable=SC3045 # not POSIX, but in dash too: no core file
ulimit -c 0
test_death kill 137
test_death crash 139
echo "by_hand: $passed passed, $failed failed"
test $failed = 0
