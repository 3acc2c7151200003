#!/bin/sh
# SPDX-License-Identifier: MIT
# The two doors to a trace, ours and Babeltrace's: every event, field, loss and module of what programs record is the
# same through both. And what is told of a folder while it is written is what is told of it when it is whole.
. "$(dirname "$0")/lib.sh"
compare=$BUILD/tests/doors/compare
same() { test -z "$(grep -v ', the same$' "$dir/out")" || grep -v ', the same$' "$dir/out"; }

mkdir "$dir/library" "$dir/preload"

# Each family of events.
for name in barrier condition daemon event inversion local names_log rlock semaphore subclass timer; do
	run "$TOOL" record -q -o "$dir/library/$name" -- "$BUILD/examples/$name"
done
run "$compare" "$dir"/library/*
check "the library's events are the same through both" "$(status_is 0)$(same)$(lines out 11)"

# Call chains of 64 sites, and programs that are not ours.
for name in barrier cond mutex once rwlock sem spin thread title; do
	run "$TOOL" record -q --preload --stack 64 -o "$dir/preload/$name" -- "$BUILD/tests/preload/$name"
done
run "$compare" "$dir"/preload/*
check "the interposer's, with long call chains" "$(status_is 0)$(same)$(lines out 9)"

# Several processes, one after the other and by forks, of which a program's own count.
run "$TOOL" record -q --preload -o "$dir/processes" -- \
	sh -c "$BUILD/tests/preload/fork; $BUILD/tests/preload/exec; $BUILD/tests/preload/mutex & wait"
run "$compare" "$dir/processes"
check "several processes" "$(status_is 0)$(same)"

# By hand: a channel of the one process, too small for what it gets, and contexts. (Where there are several traces, as of
# several processes, each says for itself how far the clock is from the epoch. Ours takes the first one's word for all,
# see ctf/clock.h, and Babeltrace each one's, so that their times differ by some nanoseconds.)
daemon=
clean_up() { test -z "$daemon" || kill "$daemon"; }
if ! lttng --no-sessiond list >/dev/null 2>&1; then
	lttng-sessiond --daemonize --pidfile="$dir/daemon" 2>/dev/null
	daemon=$(cat "$dir/daemon")
fi
session=doors-$$
lttng -q create $session --output="$dir/drop" &&
	lttng -q enable-channel -u -s $session --buffers-pid --subbuf-size=4096 --num-subbuf=2 small &&
	lttng -q enable-event -u -s $session -c small 'trace_thr:*,lttng_ust_statedump:*' &&
	lttng -q add-context -u -s $session -c small -t vpid -t vtid -t procname -t ip &&
	lttng -q start $session
run env LTTNG_UST_REGISTER_TIMEOUT=-1 "$BUILD/tests/tool/many" 20000
lttng -q destroy $session
run "$compare" "$dir/drop"
check "and what is lost" "$(status_is 0)$(same)$(has out ' [1-9][0-9]* lost')"

# Along the way. What is written while the program runs, is whole sub-buffers.
mkfifo "$dir/end"
"$BUILD/tests/doors/follow" "$dir/along" <"$dir/end" >"$dir/told" 2>&1 &
follower=$!
exec 3>"$dir/end"
run "$TOOL" record -q -o "$dir/along" -- "$BUILD/tests/tool/many" 200000
exec 3>&-
status=0
wait $follower || status=$?
cp "$dir/told" "$dir/out"
check "a folder that grows is told as the whole is" "$(status_is 0)$(has out '^[1-9][0-9]* events on the way$')$(has out '^the same$')"
finish
