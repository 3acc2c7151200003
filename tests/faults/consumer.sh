# SPDX-License-Identifier: MIT
# half: fast
# The consumer daemon, which writes what is recorded, is killed in the midst: SIGKILL, SIGTERM; with buffers that are full.
# The program goes on and ends as it likes; what it made is kept, and that the recording may lack something is said.
. "$(dirname "$0")/lib.sh"

consumer()
{
	pgrep -x lttng-consumerd | while read -r pid; do
		grep -q sessiond "/proc/$(awk '{ print $4 }' "/proc/$pid/stat")/comm" && echo "$pid"
	done
}

for command in record run; do
	for signal in KILL TERM; do
		# Of several words.
		# shellcheck disable=SC2086
		begin $command --preload -- "$FAULTS/pairs" -t 2 -n 0 -u 20 -f 2 -w "$dir/end"
		at_work 3
		kill -$signal $(consumer)
		check "it is said at once" "$(wait_until "it is said" grep -q 'consumer daemon has ended' "$dir/err")"
		sleep 0.5
		touch "$dir/end"
		ended
		rm "$dir/end"
		row "$command: consumer daemon, SIG$signal" "status $status" \
			"$(status_is 3)$(test "$made" -gt 0 || echo "none made; ")$(told 3)"
	done
done

# Four threads that fill the buffers in no time, and would wait for room for good.
begin record --preload -- "$FAULTS/pairs" -t 4 -n 300000
at_work
kill -STOP $(consumer)
sleep 0.5
kill -KILL $(consumer)
ended
row "record: consumer daemon, buffers full" "status $status" "$(status_is 3)$(test "$made" = 1200000 || echo "no end; ")$(told 3)"
finish
