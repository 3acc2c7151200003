# SPDX-License-Identifier: MIT
# half: fast
# No fault: the events that a program makes, in threads and forked children, are those of the trace.
. "$(dirname "$0")/lib.sh"
for command in record run; do
	# Of several words.
	# shellcheck disable=SC2086
	begin $command --preload -- "$FAULTS/pairs" -t 4 -n 5000 -f 3
	ended
	row "$command: nothing" "0 lost" "$(status_is 0)$(test "$made" = 80000 && test "$recorded" = 80000 || echo "not 80,000; ")$(told)"
done
finish
