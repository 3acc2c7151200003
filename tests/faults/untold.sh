# SPDX-License-Identifier: MIT
# half: fast
# Calls that cannot become events, of destructors that a thread runs after its last event: counted, and a loss.
. "$(dirname "$0")/lib.sh"

for command in record run; do
	begin $command --preload -- "$BUILD/tests/preload/untold" rounds
	ended
	made=$((3 * $(sed -n 's/^posts //p' "$dir/out")))
	"$TOOL" events "$trace" >"$dir/events" 2>/dev/null
	recorded=$((2 * $(grep -c lock_released "$dir/events") + $(grep -c sem_released "$dir/events")))
	row "$command: calls after a thread's last event" "$((made - recorded)) lost, status $status" \
		"$(status_is 3)$(test "$made" -gt "$recorded" || echo "none was lost; ")$(
			has err "$((made - recorded)) calls of the program lost")$(told 3)"
done
finish
