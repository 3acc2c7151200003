# SPDX-License-Identifier: MIT
# What the tests of the command share. A test is a script of this folder:
#
#     . "$(dirname "$0")/lib.sh"
#     tool record -o "$dir/trace" -- true
#     check "the program's status is passed on" "$(status_is 0)"
#     finish
#
# $BUILD has the programs, $TOOL is the command; $dir is a folder of the test's own, gone when it ends.
BUILD=${BUILD:-build}
BUILD=$(cd "$BUILD" && pwd) || exit 1
TOOL=$BUILD/trace-thr
limit=${LIMIT:-60} # seconds that a command may take
passed=0
failed=0
status=0
dir=$(mktemp -d)
trap 'clean_up; rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM HUP

# A test may have more to undo.
clean_up() { :; }

# run COMMAND…: its output goes to $dir/out and $dir/err, its exit status to $status.
run()
{
	status=0
	timeout --foreground --kill-after=5 $limit "$@" >"$dir/out" 2>"$dir/err" </dev/null || status=$?
}

# tool ARGUMENT…: the same, of the command under test.
tool()
{
	run "$TOOL" "$@"
}

# check NAME WHY: counts and prints a result, which is a failure unless WHY is empty.
check()
{
	if test -z "$2"; then
		passed=$((passed + 1))
		echo "ok $1"
		return
	fi
	failed=$((failed + 1))
	printf 'FAIL %s: %s\n' "$1" "$2"
	for stream in out err; do
		test ! -s "$dir/$stream" || head -40 "$dir/$stream" | sed "s/^/  $stream | /"
	done
}

skip()
{
	echo "skip $1"
}

# What can be wrong: each prints nothing if all is well. `out` and `err` are what the last command wrote.

status_is() # status_is N
{
	test "$status" = "$1" || echo "exit status $status, should be $1; "
}

has() # has out|err REGEXP
{
	grep -Eqe "$2" "$dir/$1" || echo "no '$2' in $1; "
}

lacks() # lacks out|err REGEXP
{
	! grep -Eqe "$2" "$dir/$1" || echo "'$2' in $1; "
}

is_empty() # is_empty out|err
{
	test ! -s "$dir/$1" || echo "$1 is not empty; "
}

lines() # lines out|err N
{
	test "$(wc -l <"$dir/$1")" = "$2" || echo "$1 has $(wc -l <"$dir/$1") lines, should have $2; "
}

# wait_until WHAT COMMAND…: waits until the command succeeds; prints if it does not in time.
wait_until()
{
	what=$1
	tries=$((limit * 50))
	shift
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		if test $tries = 0; then
			echo "waited $limit s until $what; "
			return
		fi
		sleep 0.02
	done
}

finish()
{
	echo "$(basename "$0" .sh): $passed passed, $failed failed"
	test $failed = 0
	exit
}
