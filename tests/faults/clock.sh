# SPDX-License-Identifier: MIT
# half: fast
# A process with another clock, beside one with the machine's: it is left out by name, and the rest is read.
. "$(dirname "$0")/lib.sh"
unset FAKETIME

# others NAME COMMAND…: the program twice, once in COMMAND, which gives it another clock.
others()
{
	name=$1
	shift
	begin record --preload -- sh -c '"$0" -n 300; MADE= NOTICED= "$@" "$0" -n 700; "$0" -n 500' "$FAULTS/pairs" "$@"
	ended
	row "$name" "left out" "$(status_is 3)$(test "$recorded" = 800 || echo "$recorded; ")$(has err "left out: pairs \(pid [0-9]+\)")$(told 3)$(has check.out 'pairs \(pid [0-9]+\) has a clock of its own')"
}

library=$(ls /usr/lib/*/faketime/libfaketimeMT.so.1 2>/dev/null | head -1)
if test -n "$library"; then
	others "faketime" env LD_PRELOAD="$BUILD/libtrace_thr-preload.so $library" FAKETIME=+1h
else
	skip "faketime is not there"
fi
if test "$WHO" = root && unshare -T --monotonic 1000 true 2>/dev/null; then
	others "a time namespace" unshare -T --fork --monotonic 1000
else
	skip "a time namespace of its own: root's alone, of a kernel that has them"
fi
finish
