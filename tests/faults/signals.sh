# SPDX-License-Identifier: MIT
# half: fast
# A signal to the recorder, of a program that holds it back and ends in order later: recorded to its end. What ignores it
# is recorded on; what it ends, ends; the second one ends all.
. "$(dirname "$0")/lib.sh"

for signal in TERM:15 HUP:1 INT:2; do
	begin record --preload -- "$FAULTS/pairs" -n 500 -u 500 -s "${signal#*:}"
	at_work
	kill -${signal%:*} $recorder
	ended
	row "SIG${signal%:*}, which the program awaits" "all there" \
		"$(status_is 0)$(test "$made" = 1000 && test "$recorded" = 1000 || echo "not 1,000; ")$(told)"
done

# nohup and a script's & have it ignored.
begin record --preload -- env --ignore-signal=HUP "$FAULTS/pairs" -n 0 -u 500 -w "$dir/end"
at_work
kill -HUP $recorder
sleep 0.2
touch "$dir/end"
ended
row "SIGHUP, which the program ignores" "all there" "$(status_is 0)$(test "$made" = "$recorded" || echo "not all; ")$(told)"

begin record --preload -- "$FAULTS/pairs" -n 0 -u 100 -t 4 -w "$dir/never"
at_work
kill -TERM $recorder
ended
row "SIGTERM, which ends the program" "its status" "$(status_is 143)$(has err '0 events lost')"

# Of a shell, SIGTERM ends the shell; what it had begun gets the signal then, and answers to it as it likes.
begin record --preload -- sh -c "$FAULTS/pairs -n 500 -s 15; :"
at_work
kill -TERM $recorder
ended
row "SIGTERM to a shell around it" "all there" \
	"$(status_is 143)$(test "$made" = 1000 && test "$recorded" = 1000 || echo "not 1,000; ")$(told)"

# Held back for good: the second one is SIGKILL.
begin record --preload -- env --ignore-signal=TERM "$FAULTS/pairs" -n 0 -u 500 -f 2 -w "$dir/never"
at_work 3
kill -TERM $recorder
sleep 0.1
kill -TERM $recorder
ended
row "SIGTERM twice, which three processes ignore" "killed" "$(status_is 137)"
finish
