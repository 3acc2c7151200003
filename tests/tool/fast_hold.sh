#!/bin/sh
# SPDX-License-Identifier: MIT
# The two hot events are recorded with one copy (tracepoints/fast_hold.c); a session with a filter takes LTTng's own
# probe instead. Both must record the same.
. "$(dirname "$0")/lib.sh"

# record NAME SITES [FILTER]: the lock events of a program, as babeltrace2 prints them, in $dir/NAME.
record()
{
	session=fast_hold-$$-$1
	{
		lttng create "$session" --output="$dir/trace-$1" &&
			lttng enable-channel -u c -s "$session" --blocking-timeout=inf &&
			lttng enable-event -u 'trace_thr:lock_*' -c c -s "$session" ${3:+--filter "$3"} &&
			lttng start "$session"
	} >/dev/null || return 1
	pids=
	for program in "many 5" nested; do
		TRACE_THR_STACK=$2 LTTNG_UST_REGISTER_TIMEOUT=-1 LTTNG_UST_ALLOW_BLOCKING=1 \
			setarch -R "$BUILD/tests/tool/"$program &
		pids="$pids${pids:+|}$!"
		wait $!
	done
	lttng destroy "$session" >/dev/null
	# Without times, processor and process id, which differ from run to run, and what others did meanwhile.
	babeltrace2 "$dir/trace-$1" | grep -E "[{ ]pid = ($pids)," |
		sed 's/^.* trace_thr:/trace_thr:/; s/cpu_id = [0-9]*//; s/pid = [0-9]*//' >"$dir/$1"
}

# A daemon that serves the lttng command, if none runs.
daemon=
if ! lttng --no-sessiond list >/dev/null 2>&1; then
	lttng-sessiond >/dev/null 2>&1 &
	daemon=$!
	wait_until "lttng-sessiond answers" sh -c 'lttng --no-sessiond list >/dev/null 2>&1'
fi
record fast 1
record slow 1 'pid > 0'
record fast_deep 8
record slow_deep 8 'pid > 0'
test -z "$daemon" || {
	kill "$daemon"
	wait "$daemon"
}

check "ten lock events are recorded, and the init; six of the other program" "$(
	test "$(wc -l <"$dir/fast")" = 18 || cat "$dir/fast"
)"
check "the same with LTTng's own probe" "$(diff "$dir/fast" "$dir/slow")"
check "no more than the caller" "$(! grep '_stack_length = [1-9]' "$dir/fast")"
if ldconfig -p | grep -q 'libunwind\.so\.8'; then
	check "with a call chain" "$(grep -q '_stack_length = [2-7], ' "$dir/fast_deep" || cat "$dir/fast_deep")"
	check "the same with LTTng's own probe, with a call chain" "$(diff "$dir/fast_deep" "$dir/slow_deep")"
else
	skip "call chains: no libunwind"
fi

finish
