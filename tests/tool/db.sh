#!/bin/sh
# SPDX-License-Identifier: MIT
# Lock orders of many runs: check --db, and db merge, show, list and check, of real programs recorded apart.
. "$(dirname "$0")/lib.sh"

orders=$BUILD/tests/tool/orders
library_note='lock "a" in orders'

# recorded NAME PROGRAM ORDER…: with its events of pthreads, if NAME begins with a capital.
recorded()
{
	name=$1
	shift
	case $name in
	[A-Z]*) tool record -q --preload -o "$dir/$name" -- "$@" ;;
	*) tool record -q -o "$dir/$name" -- "$@" ;;
	esac
	check "$name is recorded" "$(status_is 0)"
}

# added FILE NAME…: checks the recordings into a database.
added()
{
	file=$1
	shift
	for name; do
		tool check --db "$dir/$file" "$dir/$name"
	done
}

# The rows of a database, whatever file it is in.
dump()
{
	python3 -c 'import sqlite3, sys
for line in sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True).iterdump(): print(line)' "$dir/$1"
}

same() # same FILE FILE
{
	dump "$1" >"$dir/dump.1" && dump "$2" >"$dir/dump.2" && test -s "$dir/dump.1" || echo "no dump of $1 and $2; "
	cmp "$dir/dump.1" "$dir/dump.2" || echo "$1 and $2 differ; "
}

inversions() # inversions N
{
	tail -1 "$dir/out" | grep -Eqx "trace-thr: 0 deadlocks, $1 inversions?, 0 suppressed, 0 events lost" ||
		echo "the last line is: $(tail -1 "$dir/out"); "
}

recorded ab "$orders" ab
recorded ba "$orders" ba
recorded bc "$orders" bc
recorded ca "$orders" ca
recorded cda "$orders" cda
recorded cad "$orders" cad
recorded xa "$orders" xa
recorded ax "$orders" ax
recorded yx "$orders" yx
recorded fork "$orders" ab + ba
recorded AB "$orders" AB
recorded BA "$orders" BA
# The same code, linked into another program.
mkdir "$dir/bin"
cp "$orders" "$dir/bin/other"
LD_LIBRARY_PATH=$BUILD
export LD_LIBRARY_PATH
recorded other "$dir/bin/other" ba
recorded Other "$dir/bin/other" BA
unset LD_LIBRARY_PATH

# Two runs.
added two.db ab
check "one order is none" "$(status_is 0)$(inversions 0)"
added two.db ba
check "the second run closes the circle" "$(status_is 0)$(inversions 1)$(has out \
	'^TT012 inversion across runs \(potential\): lock "[ab]" in orders and lock "[ab]" in orders are taken in both')"
check "its own part is shown as in any finding" \
	"$(has out 'held +lock "b" .* acquired at take_all .*tests/tool/orders.c:[0-9]+$')"
check "the other's in words, with its run" "$(tr -s '\n ' ' ' <"$dir/out" >"$dir/flat" && grep -Eq \
	"In the run of orders \(pid [0-9]+, [-0-9: ]+\), Dummy-1 held $library_note, acquired at take_all .*orders.c:[0-9]+, and asked for" \
	"$dir/flat" || echo "it is not; ")"
tool check --fail-on potential --db "$dir/two.db" "$dir/ba"
check "--fail-on potential makes it a failure" "$(status_is 1)"

# Idempotent.
cp "$dir/two.db" "$dir/before.db"
added two.db ab ba
check "the same traces again change nothing" "$(same two.db before.db)$(inversions 1)"
(cd / && timeout $limit "$TOOL" check --db "$dir/two.db" "$dir/ab" >/dev/null)
check "from another folder neither" "$(same two.db before.db)"

# Rings, gates, one run.
added ring.db ab bc
check "two of three are none" "$(inversions 0)"
added ring.db ca
check "a ring over three runs" "$(inversions 1)$(has out 'are taken in a circular$|circular order')"
added gate.db cda cad
check "a gate over both is none" "$(inversions 0)"
tool check --all --db "$dir/gate.db" "$dir/cad"
check "--all has the reason" "$(has out '^TT012 inversion across runs \(inversion\)')$(has out 'It is no deadlock: ')"
added one.db yx
check "one run is none" "$(inversions 0)"
added fork.db fork
check "a forked child is a run of its own" "$(inversions 1)$(has out '^TT012')"

# Classes.
added heap.db xa ax
check "locks without names are known by who made them" "$(inversions 1)$(has out 'of make_x \(orders.c\)')"
added mutex.db AB BA
check "mutexes by their variables" "$(inversions 1)$(has out '"mutex_A"')$(has out '"mutex_B" \(orders.c\)')"
added apart.db ab other AB Other
check "the same names in another program are other locks" "$(inversions 0)"
tool check --db "$dir/suite.db" --db-program suite "$dir/ab" "$dir/AB"
tool check --db "$dir/suite.db" --db-program suite "$dir/other" "$dir/Other"
check "unless both are said to be one program" "$(inversions 2)$(has out 'in suite')"

# Joining.
added left.db ab bc fork
added right.db ca AB BA ab
tool db merge "$dir/forth.db" "$dir/left.db" "$dir/right.db"
check "db merge makes a new file" "$(status_is 0)$(is_empty out)$(is_empty err)"
tool db merge "$dir/back.db" "$dir/right.db" "$dir/left.db"
check "in the other order it is the same" "$(status_is 0)$(same forth.db back.db)"
tool db merge "$dir/forth.db" "$dir/back.db" "$dir/left.db" "$dir/forth.db" "$dir/right.db"
check "and again, with itself" "$(status_is 0)$(same forth.db back.db)"
added whole.db ab bc fork ca AB BA
check "and as if all were checked into one" "$(same forth.db whole.db)"

# Looking.
tool db check "$dir/forth.db"
check "db check finds what neither file had" "$(status_is 0)$(inversions 3)$(has out '^TT012 .* \(potential\): .*circular|circular')"
tool db check --fail-on potential "$dir/forth.db"
check "db check --fail-on potential fails" "$(status_is 1)"
tool db check --fail-on potential "$dir/apart.db"
check "db check of none" "$(status_is 0)$(inversions 0)$(has out '^no inversion found across these runs$')"
tool db show "$dir/ring.db"
check "db show has the orders" "$(status_is 0)$(has out '^3 runs of 1 program, 3 lock classes, 3 lock orders$')$(
	has out "^$library_note\$")$(has out '^    before lock "b" in orders$')$(has out 'orders.c:[0-9]+')"
tool db list "$dir/ring.db"
check "db list has the runs" "$(status_is 0)$(lines out 3)$(has out '^orders \(pid [0-9]+, .*\): 1 lock order$')"

# Two at once.
for name in ab ba bc ca xa ax; do
	timeout $limit "$TOOL" check --db "$dir/once.db" "$dir/$name" >/dev/null 2>&1 &
done
wait
added after.db ab ba bc ca xa ax
check "six at once add all that they have" "$(same once.db after.db)"

# Killed at some moment, many times, and then done again.
unread=
for ms in 010 020 030 040 050 060 070 080 100 120; do
	for name in ab ba bc; do
		timeout --signal=KILL 0.$ms "$TOOL" check --db "$dir/killed.db" "$dir/$name" >/dev/null 2>&1
		test -s "$dir/killed.db" || continue
		tool db list "$dir/killed.db"
		test -s "$dir/killed.db" || continue # it was just being made
		unread=$unread$(status_is 0)
	done
done
check "what one that was killed has left can be read" "$unread"
added killed.db ab ba bc
added unharmed.db ab ba bc
check "killed and done again is as never killed" "$(same killed.db unharmed.db)"

# A disk without room. Needs the right to mount.
mkdir "$dir/small"
if mount -t tmpfs -o size=64k tmpfs "$dir/small" 2>/dev/null; then
	added small/x.db ab
	cp "$dir/small/x.db" "$dir/before.db"
	dd if=/dev/zero of="$dir/small/rest" 2>/dev/null
	tool check --db "$dir/small/x.db" "$dir/fork"
	check "a full disk: one line with the remedy" \
		"$(status_is 2)$(is_empty out)$(lines err 1)$(has err 'no room on the disk; make some')"
	check "nothing half-written is left" "$(cmp "$dir/small/x.db" "$dir/before.db" 2>&1)$(
		test ! -e "$dir/small/x.db-journal" || echo "its journal is left; ")"
	rm "$dir/small/rest"
	mount -o remount,size=1m "$dir/small"
	added small/x.db fork
	added large.db ab fork
	check "with room it goes on" "$(status_is 0)$(same small/x.db large.db)"
	umount "$dir/small"
else
	skip "a full disk: it takes the right to mount one"
fi

# Of one that was cut off.
head -c 8192 "$dir/two.db" >"$dir/cut.db"
cp "$dir/cut.db" "$dir/before.db"
for use in "check --db $dir/cut.db $dir/ab" "db show $dir/cut.db" "db merge $dir/whole.db $dir/cut.db"; do
	tool $use
	check "$use: damaged" "$(status_is 2)$(is_empty out)$(lines err 1)$(has err 'go back to a copy of it')"
done
check "what is damaged is not touched" "$(cmp "$dir/cut.db" "$dir/before.db" 2>&1)$(same forth.db whole.db)"

# What is no database.
echo "Dear reader, this is no database of lock orders, but a letter of some length." >"$dir/letter"
for use in "check --db $dir/letter $dir/ab" "db show $dir/letter" "db merge $dir/new.db $dir/letter" \
	"db merge $dir/letter $dir/two.db" "db show $dir/nowhere.db" "check --db $dir/nowhere/x.db $dir/ab" \
	"check --db $dir $dir/ab" "db merge $dir/new.db" "db show" "db" "db frobnicate $dir/two.db" \
	"db check --fail-on sometimes $dir/two.db" "db show $dir/two.db $dir/ring.db"; do
	tool $use
	check "$use: one line, and nothing is made" "$(status_is 2)$(is_empty out)$(lines err 1)$(
		test ! -e "$dir/new.db" || echo "new.db is there; ")"
done
check "a letter stays one" "$(grep -q '^Dear' "$dir/letter" || echo "it does not; ")"
tool check --db "$dir/never.db" "$dir/nothing"
check "no trace, no database" "$(status_is 2)$(test ! -e "$dir/never.db" || echo "it is there; ")"
cp "$dir/two.db" "$dir/later.db"
python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute("PRAGMA user_version = 99")' "$dir/later.db"
tool check --db "$dir/later.db" "$dir/ab"
check "a database of a later version" "$(status_is 2)$(lines err 1)$(has err 'update')"
chmod a-w "$dir/two.db"
chmod a+rx "$dir"
if test "$(id -u)" = 0; then
	run setpriv --reuid=65534 --clear-groups "$TOOL" check --db "$dir/two.db" "$dir/ab"
else
	tool check --db "$dir/two.db" "$dir/ab"
fi
check "a database that may not be written" "$(status_is 2)$(lines err 1)$(has err 'cannot be written')"

finish
