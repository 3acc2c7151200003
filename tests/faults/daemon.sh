# SPDX-License-Identifier: MIT
# half: fast
# The session daemon, which tells programs to make events, is killed: nothing more can be recorded, and what was is kept.
. "$(dirname "$0")/lib.sh"
session_daemon() { cat "$HOME/.lttng/lttng-sessiond.pid" "$TMPDIR"/trace-thr-*/.lttng/lttng-sessiond.pid /run/lttng/lttng-sessiond.pid 2>/dev/null | head -1; }

test "$HALF" = fast && commands=record || commands='record run'
for command in $commands; do
	for signal in KILL TERM; do
		begin $command --preload -- "$FAULTS/pairs" -t 2 -n 0 -u 100 -w "$dir/end"
		at_work
		kill -$signal "$(session_daemon)"
		check "it is said at once" "$(wait_until "it is said" grep -q 'daemon has ended' "$dir/err")"
		sleep 0.5
		touch "$dir/end"
		ended
		rm "$dir/end"
		row "$command: session daemon, SIG$signal" "status $status" \
			"$(status_is 3)$(test "$recorded" -gt 0 || echo "none recorded; ")$(told 3)$(has err 'recorded into')"
	done
done

# The recorder itself: its heir ends the program and the recording.
for command in $commands; do
	begin $command --preload -- "$FAULTS/pairs" -t 2 -n 0 -u 100 -w "$dir/never"
	at_work
	kill -KILL $recorder
	ended
	check "the heir says it" "$(wait_until "the heir has said it" grep -q 'the recorder was killed' "$dir/err")"
	count
	row "$command: recorder, SIGKILL" "check: 3" "$(status_is 137)$(test "$recorded" -gt 0 || echo "none recorded; ")$(told 3)"
done

# And the heir as well: nobody is left to end anything.
begin record --preload -- "$FAULTS/pairs" -t 2 -n 0 -u 100 -w "$dir/end"
at_work
check "what is recorded is being written" "$(wait_until "there is a packet" test -s "$trace/ust/uid/$(id -u)/64-bit/metadata")"
kill -KILL $(pgrep -x trace-thr-heir) $recorder
ended
touch "$dir/end"
check "the program ends by itself" "$(wait_until "it ends" test -s "$dir/noticed")"
for pid in $(session_daemon); do
	kill "$pid"
	tail --pid="$pid" -f /dev/null
done
"$TOOL" record -q -o "$dir/next" --preload -- "$FAULTS/pairs" # which sweeps what the other one has left
judge
row "record: recorder and heir, SIGKILL" "check: $verdict" "$(test $verdict = 3 || test $verdict = 2 || echo "check: $verdict; ")"
finish
