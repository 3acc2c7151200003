#!/bin/sh
# SPDX-License-Identifier: MIT
# Recordings made by hand, with the lttng command line and none of our tools: babeltrace2 shows whose each event is,
# and words for enumerations; and a program that is killed or crashes loses no event.
. "$(dirname "$0")/lib.sh"
here=$(dirname "$0")
session=
daemon=

clean_up()
{
	test -z "$session" || timeout $limit lttng -q destroy "$session" >/dev/null 2>&1
	test -z "$daemon" || kill "$daemon"
}

give_up()
{
	check "$1" "failed"
	finish
}

# start_session: with a channel that loses nothing.
start_session()
{
	session=by_hand-$$
	rm -rf "$dir/trace"
	lttng -q create "$session" --output="$dir/trace" >/dev/null &&
		lttng -q enable-channel --userspace --session="$session" --subbuf-size=1M --num-subbuf=4 \
			--blocking-timeout=inf channel &&
		lttng -q enable-event --userspace --session="$session" --channel=channel 'trace_thr:*' &&
		lttng -q start "$session" || give_up "a session by hand"
}

# end_session: and puts its events, one a line, into $dir/events.
end_session()
{
	timeout $limit lttng -q destroy "$session" || give_up "the end of session $session"
	session=
	babeltrace2 "$dir/trace" >"$dir/events" 2>"$dir/err"
}

traced() # traced COMMAND…
{
	run env LTTNG_UST_REGISTER_TIMEOUT=-1 LTTNG_UST_ALLOW_BLOCKING=1 "$@"
}

# look_at_events PROGRAM: what an awk program, with the events as its input, has to complain about.
look_at_events()
{
	awk "$1" "$dir/events" | head -5
}

# Eight examples and a program of its own in one recording, which between them have events of each kind.
test_names_and_words()
{
	start_session
	for example in barrier_abort condition daemon event local lock_noblock semaphore timer; do
		traced "$BUILD/examples/$example"
		check "$example, recorded" "$(status_is 0)"
	done
	traced "$dir/by_hand" busy # lock_noblock finds the lock held or not, as it happens
	check "busy, recorded" "$(status_is 0)"
	end_session

	check "every event says by its thread's name whose it is" "$(look_at_events '
		!/ trace_thr:[a-z_]+: .*{ pid = [0-9]+, thread = "[^"]+", thread_id = [1-9][0-9]*, caller = 0x[0-9A-F]+/
		END { if (!NR) print "no events" }')"
	# shellcheck disable=SC2016 # the program is for awk
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
	did=$(sed -n 's/^acquired //p' "$dir/out")
	end_session
	acquired=$(grep -c 'trace_thr:lock_acquired:' "$dir/events")
	released=$(grep -c 'trace_thr:lock_released:' "$dir/events")
	check "$1: ends by its signal" "$(status_is "$2")"
	check "$1: no event is lost" "$(test "$acquired" = "$did" && test "$released" = $((did - 1)) ||
		echo "did $did, recorded $acquired acquired, $released released")"
	check "$1: the last is what it did last" "$(tail -1 "$dir/events" | grep -v 'lock_acquired: .*name = "last"')"
}

# A running daemon serves, or one of ours.
if ! lttng --no-sessiond list >/dev/null 2>&1; then
	lttng-sessiond --daemonize --pidfile="$dir/pid" || give_up "an lttng-sessiond"
	daemon=$(cat "$dir/pid")
fi
${CC:-cc} -std=gnu11 -D_GNU_SOURCE -g -I"$here/../../libtrace_thr/include" -o "$dir/by_hand" "$here/by_hand.c" \
	-L"$BUILD" -ltrace_thr -Wl,-rpath,"$BUILD" -pthread || give_up "the build of by_hand.c"

test_names_and_words
# shellcheck disable=SC3045 # not POSIX, but in dash too: no core file
ulimit -c 0
test_death kill 137
test_death crash 139
finish
