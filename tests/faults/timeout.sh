# SPDX-License-Identifier: MIT
# half: fast
# The time counts from the first event, however late that is: one that has the library gets more until then.
. "$(dirname "$0")/lib.sh"

for command in record run; do
	begin $command --preload --timeout 1 -- "$FAULTS/late" 2
	ended
	row "$command --timeout 1, the first event after 2 s" "its own" "$(status_is 7)$(has err '0 events lost')"
	begin $command --timeout 0.3 -- sleep 60
	ended
	row "$command --timeout, and no event" "that" \
		"$(status_is 124)$(has err 'no events: --timeout ended')$(lacks err 'was the program built')"
done
finish
