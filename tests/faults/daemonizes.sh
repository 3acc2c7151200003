# SPDX-License-Identifier: MIT
# half: fast
# A program that becomes a daemon: its parent ends, and the recording goes on until it ends too; or, on request, does not.
. "$(dirname "$0")/lib.sh"

for command in record run; do
	begin $command --preload -- "$FAULTS/pairs" -d -n 3000 -u 500
	ended
	row "$command: the program becomes a daemon" "it is followed" \
		"$(status_is 0)$(test "$made" = 3000 && test "$recorded" = 3000 || echo "not all; ")$(told)$(has err 'pairs has ended; .*pairs \(pid [0-9]+\)')"
done

# Ctrl-C, or any signal, reaches the daemon then; the program's own status stays.
begin record --preload -- "$FAULTS/pairs" -d -n 0 -u 500 -w "$dir/never"
at_work
check "it is said that it is followed" "$(wait_until "it is said" grep -q 'pairs has ended; ' "$dir/err")"
kill -INT $recorder
ended
row "record: a daemon, SIGINT to the recorder" "ended" "$(status_is 0)$(has err '0 events lost')"

begin record --preload --timeout 0.5 -- "$FAULTS/pairs" -d -n 0 -u 500 -w "$dir/never"
ended
row "record: a daemon, --timeout" "ended" "$(status_is 124)$(has err '--timeout')"

begin record --detach-ends --preload -- "$FAULTS/pairs" -d -n 0 -u 500 -w "$dir/end"
ended
check "it lives on" "$(test ! -e "$dir/noticed" || echo "it has ended; ")"
touch "$dir/end"
check "and ends by itself" "$(wait_until "it ends" test -s "$dir/noticed")"
row "record --detach-ends: a daemon" "it is not followed" "$(status_is 0)$(has err 'has ended, and so does the recording \(--detach-ends\), without .*pairs \(pid')"
rm "$dir/end"

finish
