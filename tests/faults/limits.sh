# SPDX-License-Identifier: MIT
# half: fast
# Limits: on the size of files (ulimit -f), which ends who writes beyond it, the consumer daemon, where it is not root's;
# on open files (-n) and on address space (-v), which LTTng says nothing of.
. "$(dirname "$0")/lib.sh"

# with LIMIT COMMAND…: as begin, with an argument of ulimit, as -f100: files of so many blocks of 512 bytes.
with()
{
	argument=$1
	shift
	plain=$TOOL
	printf '#!/bin/sh\nulimit %s\nexec "%s" "$@"\n' "$argument" "$TOOL" >"$dir/limited"
	chmod +x "$dir/limited"
	TOOL=$dir/limited
	begin "$@"
	TOOL=$plain
	ended
}

# The daemons of who may raise it have none.
(ulimit -f 100 && ulimit -f unlimited) 2>/dev/null && expected=0 small=0 || expected=3 small=2
for command in record run; do
	with "-f 100000" $command --preload -- "$FAULTS/pairs" -t 4 -n 250000
	row "$command: ulimit -f, passed" "status $status" \
		"$(status_is $expected)$(test "$made" = 1000000 || echo "no end; ")$(told $expected)"
	with "-f 100" $command --preload -- "$FAULTS/pairs" -n 1000
	row "$command: ulimit -f, smaller than a buffer" "status $status" \
		"$(status_is $small)$(test $small = 0 || has err 'beyond 50 KiB .*ulimit -f unlimited')"
done

# Either it is recorded, since LTTng's daemons could be given more, or nothing is, and that is said.
clear_of()
{
	if test $status = 0; then
		test "$made" = "$recorded" && test "$made" != 0 || echo "$recorded of $made; "
	else
		status_is 2
	fi
	test "$made" = "$recorded" || has err "$1"
}
files=$((40 + 8 * $(getconf _NPROCESSORS_CONF)))
for command in record run; do
	with "-n $files" $command --preload -- "$FAULTS/pairs" -n 1000
	row "$command: ulimit -n, small" "status $status" "$(clear_of 'ulimit -n')"
done
with "-v 300000" run --preload -- "$FAULTS/pairs" -n 1000
row "run: ulimit -v, small" "status $status" "$(clear_of 'ulimit -v')"
finish
