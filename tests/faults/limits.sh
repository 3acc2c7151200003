# half: fast
# A limit on the size of files (ulimit -f), which ends who writes beyond it: the consumer daemon, where it is not root's.
. "$(dirname "$0")/lib.sh"

# with BLOCKS COMMAND…: as begin, with files of so many blocks of 512 bytes.
with()
{
	blocks=$1
	shift
	plain=$TOOL
	printf '#!/bin/sh\nulimit -f %s\nexec "%s" "$@"\n' "$blocks" "$TOOL" >"$dir/limited"
	chmod +x "$dir/limited"
	TOOL=$dir/limited
	begin "$@"
	TOOL=$plain
	ended
}

# The daemons of who may raise it have none.
(ulimit -f 100 && ulimit -f unlimited) 2>/dev/null && expected=0 small=0 || expected=3 small=2
for command in record run; do
	with 100000 $command --preload -- "$FAULTS/pairs" -t 4 -n 250000
	row "$command: ulimit -f, passed" "status $status" \
		"$(status_is $expected)$(test "$made" = 1000000 || echo "no end; ")$(told $expected)"
	with 100 $command --preload -- "$FAULTS/pairs" -n 1000
	row "$command: ulimit -f, smaller than a buffer" "status $status" \
		"$(status_is $small)$(test $small = 0 || has err 'ulimit -f unlimited')"
done
finish
