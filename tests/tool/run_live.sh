#!/bin/sh
# SPDX-License-Identifier: MIT
# trace-thr run while the program runs: a hang is reported and ended, what is none is left alone, nothing is left behind.
. "$(dirname "$0")/lib.sh"

# What a run has left: processes of ours, and its session.
left() # left NAME
{
	pgrep -fl "^$TOOL run .*$dir/$1 "
	for session in $(lttng --no-sessiond list 2>/dev/null | grep -o 'trace-thr-[0-9]*'); do
		kill -0 "${session#trace-thr-}" 2>/dev/null || echo "$session is left"
	done
}

# once REGEXP: it is on one line of err.
once()
{
	test "$(grep -Ece "$1" "$dir/err")" = 1 || echo "'$1' is $(grep -Ece "$1" "$dir/err") times in err; "
}

# in_order REGEXP REGEXP: a line of the first comes before one of the second.
in_order()
{
	awk -v a="$1" -v b="$2" '$0 ~ a && !first { first = NR } $0 ~ b && !second { second = NR }
		END { if (!first || !second || first > second) print "not in this order: " a " (" first "), " b " (" second "); " }' "$dir/err"
}

# A deadlock. The time limit is far beyond that of the test.
tool run --timeout 3000 -o "$dir/abba" -- "$BUILD/examples/deadlock_abba"
check "a deadlock is caught while the program hangs, which is then ended" \
	"$(status_is 66)$(has err 'deadlock_abba hangs since \+.* s, that is [0-9.]+ s ago: stopping it')$(lacks err 'timeout')"
check "the report has threads and sites, and is there once" \
	"$(once '^TT001 deadlock \(actual\): alice and bob wait')$(once '^trace-thr: 1 deadlock,')$(
	has err 'alice  tid')$(has err 'waits for .* at [a-z_]+ examples/deadlock_abba.c:[0-9]+')"
check "the program is gone" "$(pgrep -fl "^$BUILD/examples/deadlock_abba$")"
check "nothing is left" "$(left abba)"
check "the trace is as record makes it" "$(test -d "$dir/abba/ust/uid" -a -e "$dir/abba/trace-thr.json" || ls -lR "$dir/abba")"
tool check "$dir/abba"
check "check finds the same in it" "$(status_is 1)$(has out '^TT001 deadlock \(actual\): alice and bob')"

tool run --error-exitcode 9 --timeout 3000 -o "$dir/term" -- \
	sh -c "trap 'echo got TERM >&2; exit 3' TERM; $BUILD/examples/deadlock_abba & wait"
check "the report comes before the end; what the program started ends with it" \
	"$(status_is 9)$(in_order '^TT001' 'got TERM')$(pgrep -fl "^$BUILD/examples/deadlock_abba$")"
tool run --timeout 3000 -o "$dir/stubborn" -- sh -c "trap '' TERM; $BUILD/examples/deadlock_abba; echo not reached"
check "also one that ignores SIGTERM" "$(status_is 66)$(has err '^TT001')$(lacks out 'not reached')"
tool run --timeout 3000 -o "$dir/quiet" -q -- "$BUILD/tests/tool/hangs" self
check "one that waits for itself" "$(status_is 66)$(has err '^TT002 self-deadlock \(actual\): twice')"
tool run --timeout 3000 -o "$dir/dining" -- "$BUILD/examples/deadlock_dining"
check "five in a circle" "$(status_is 66)$(once '^TT001 deadlock .*in a circle')"

# Not built with the library.
cat >"$dir/abba.c" <<'END'
#include <pthread.h>
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t both;
static void *forth(void *arg)
{
	pthread_mutex_lock(&a);
	pthread_barrier_wait(&both);
	pthread_mutex_lock(&b);
	return arg;
}
int main(void)
{
	pthread_t thread;
	pthread_barrier_init(&both, 0, 2);
	pthread_create(&thread, 0, forth, 0);
	pthread_mutex_lock(&b);
	pthread_barrier_wait(&both);
	pthread_mutex_lock(&a);
	return 0;
}
END
gcc -g -pthread -o "$dir/plain" "$dir/abba.c"
tool run --preload --timeout 3000 -o "$dir/preload" -- sh -c "$dir/plain; :"
check "--preload: one that a shell started" \
	"$(status_is 66)$(once '^TT001 deadlock \(actual\)')$(has err 'at forth .*abba.c:8')$(pgrep -fl "^$dir/plain$")"

# A hang that is no cycle.
for hang in lost_wakeup:notify barrier_short:'and nobody else is left'; do
	tool run --timeout 3000 --hang-after 0.5 -o "$dir/${hang%%:*}" -- "$BUILD/examples/${hang%%:*}"
	check "${hang%%:*}: who has nobody left to wake it" \
		"$(status_is 66)$(once '^TT003 stuck \(actual\)')$(has err "${hang#*:}")$(has err 'Nothing changed for 0.5 s.*')"
done
tool run --timeout 3000 --hang-after 0.5 -o "$dir/holder" -- "$BUILD/tests/tool/hangs" holder
check "a lock of one who has exited" "$(status_is 66)$(has err '^TT003 .*whose holder leaves has exited')"
tool run --timeout 2 --hang-after inf -o "$dir/never" -- "$BUILD/examples/lost_wakeup"
check "--hang-after inf: not while it runs" "$(status_is 66)$(lacks err 'hangs since')$(has err 'ended after 2 s')$(once '^TT003')"

# What is none: it goes on after two seconds, four times what would make it a hang.
for none in sleeper stranger; do
	tool run --hang-after 0.5 -o "$dir/$none" -- "$BUILD/tests/tool/hangs" $none
	check "no hang, since a thread that could wake the others runs: $none" "$(status_is 0)$(has err 'no deadlock found')$(lacks err TT0)"
done
tool run --hang-after 0.5 -o "$dir/reader" -- sh -c "{ sleep 2; echo; } | $BUILD/tests/tool/hangs reader"
check "no hang, since a thread reads that could wake the other" "$(status_is 0)$(has err 'no deadlock found')$(lacks err TT0)"
cat >"$dir/handler.c" <<'END'
#include <semaphore.h>
#include <signal.h>
#include <unistd.h>
static sem_t sem;
static void post(int signal)
{
	(void)signal;
	sem_post(&sem);
}
int main(void)
{
	sem_init(&sem, 0, 0);
	signal(SIGALRM, post);
	alarm(2);
	while (sem_wait(&sem))
		;
	return 0;
}
END
gcc -g -pthread -o "$dir/handler" "$dir/handler.c"
tool run --preload --hang-after 0.5 -o "$dir/alarm" -- "$dir/handler"
check "no hang, since a signal handler could wake it" "$(status_is 0)$(has err 'no deadlock found')$(lacks err TT0)"

# Left to itself.
tool run --keep-going --timeout 3 -o "$dir/kept" -- "$BUILD/examples/deadlock_abba"
check "--keep-going reports and waits" \
	"$(status_is 66)$(has err 'hangs since')$(in_order 'hangs since' 'was ended after 3 s')$(once '^TT001')$(once '^trace-thr: 1 deadlock,')"
tool run --keep-going --timeout 3000 -o "$dir/daemons" -- "$BUILD/tests/tool/hangs" daemons
check "--keep-going: a program that ends by itself all the same" "$(status_is 66)$(once '^TT001')$(lacks err 'ended')"

# A reader that cannot keep up: it is stopped here, until a deadlock has stood for longer than a second, and has a
# million events to read before that. The deadlock forms more than a second after the stop, for so much can be read at
# once. Sleep makes both times longer at least than what they must be.
cat >"$dir/late.sh" <<END
read -r go
$BUILD/tests/tool/many 500000
exec $BUILD/examples/deadlock_abba
END
mkfifo "$dir/go"
"$TOOL" run -o "$dir/late" -- sh -c "$BUILD/examples/rlock; echo ready; . $dir/late.sh" <"$dir/go" >"$dir/out" 2>"$dir/err" &
recorder=$!
exec 3>"$dir/go"
check "behind: the program has begun" "$(wait_until "it is ready" grep -q ready "$dir/out")"
lookout=$(pgrep -P $recorder -x trace-thr-look)
kill -STOP "$lookout"
check "behind: the reader is stopped" "$(wait_until "it is stopped" grep -q 'State:.T' "/proc/$lookout/status")"
sleep 1.5
echo >&3
exec 3>&-
deadlocks() { test "$(cat "$dir/out" "$dir/err" | grep -c 'wants the')" = 2; }
check "behind: the program deadlocks" "$(wait_until "it deadlocks" deadlocks)"
recorded() { "$TOOL" check "$dir/late" 2>&1 | grep -q '^TT001'; }
check "behind: that is in the trace" "$(wait_until "it is recorded" recorded)"
sleep 1.5
check "behind: nobody reports it" "$(lacks err 'hangs since')"
kill -CONT "$lookout"
status=0
wait $recorder || status=$?
check "a reader that is behind says so, and the report comes all the same" "$(status_is 66)$(
	has err '^trace-thr: .* hangs since .* that is [1-9][0-9]*\.[0-9]+ s ago')$(
	has err '^trace-thr: reading along is [1-9][0-9]*\.[0-9] s behind')$(
	in_order 'reading along is' 'hangs since')$(once '^TT001')"

# Ctrl-C and worse.
reported() { grep -q '^TT001' "$dir/err"; }
start() # start NAME: a run that has reported its deadlock
{
	: >"$dir/err" # that of the test before tells of a deadlock as well
	env --default-signal=INT "$TOOL" run --keep-going -o "$dir/$1" -- "$BUILD/examples/deadlock_abba" >"$dir/out" \
		2>"$dir/err" </dev/null &
	recorder=$!
	check "$1: it is reported" "$(wait_until "it is reported" reported)"
}
start interrupted
kill -INT $recorder
status=0
wait $recorder || status=$?
check "Ctrl-C: the trace is kept, nothing is left" \
	"$(status_is 66)$(left interrupted)$(pgrep -fl "^$BUILD/examples/deadlock_abba$")$(once '^TT001')"
tool check "$dir/interrupted"
check "and is whole" "$(status_is 1)$(has out '^TT001')$(has out ' 0 events lost')"

# A beacon that is killed, while something waits that is no hang yet.
env --default-signal=INT "$TOOL" run --hang-after 3000 -o "$dir/unlit" -- "$BUILD/examples/lost_wakeup" >"$dir/out" 2>"$dir/err" </dev/null &
recorder=$!
begun() { pgrep -P $recorder -x lost_wakeup && grep -q "waits for one" "$dir/out" "$dir/err"; }
check "the beacon is killed: the program begins" "$(wait_until "it begins" begun)"
pkill -KILL -P "$(pgrep -P $recorder -x trace-thr-look)" -x trace-thr-beat
check "the beacon is killed: it is said" "$(wait_until "it is said" grep -q '^trace-thr: reading along has failed' "$dir/err")"
kill -TERM $recorder
status=0
wait $recorder || status=$?
check "the beacon is killed: the rest is as ever" "$(status_is 66)$(once '^TT003')$(left unlit)"

# Without.
tool run --no-live --timeout 1 -o "$dir/blind" -- "$BUILD/examples/deadlock_abba"
check "--no-live looks when the program has ended" "$(status_is 66)$(lacks err 'hangs since')$(once '^TT001')$(left blind)"

# What is suppressed is no reason to end a program.
echo 'TT001:lock:scanner' >"$dir/suppressions"
tool run --suppressions "$dir/suppressions" --timeout 2 -o "$dir/silent" -- "$BUILD/examples/deadlock_abba"
check "a suppressed deadlock is left alone" "$(status_is 124)$(lacks err 'hangs since')$(lacks err '^TT001')$(
	has err '^trace-thr: 0 deadlocks, 0 inversions, 1 suppressed')"
if unshare -n true 2>/dev/null; then
	run unshare -n "$TOOL" run --timeout 3000 -o "$dir/alone" -- "$BUILD/examples/deadlock_abba"
	check "it needs no network" "$(status_is 66)$(has err 'hangs since')$(once '^TT001')$(left alone)"
else
	skip "it needs no network: it takes root to see that"
fi

# Two users. Their folder must be open to the second one, who executes the program there.
chmod 755 "$dir"
cp "$BUILD/tests/tool/users" "$dir/users"
if test "$(id -u)" = 0; then
	for who in child:child-forth parent:parent-forth exec:anew-forth; do
		run env LD_LIBRARY_PATH="$BUILD" "$TOOL" run --timeout 3000 -o "$dir/users-${who%%:*}" -- "$dir/users" "${who%%:*}"
		check "two users, ${who%%:*}: the deadlock is reported while it lasts" "$(status_is 66)$(has err 'hangs since')$(
			once "^TT001 deadlock \\(actual\\): ${who#*:}")$(left "users-${who%%:*}")$(pgrep -fl "^$dir/users")"
	done
	check "the other user has buffers of its own" "$(ls -d "$dir/users-exec/ust/uid/65534" 2>&1 >/dev/null)"

	# What befalls the beacon of the other user: SIGKILL, and it is started anew; SIGSTOP, and it is missed.
	for signal in KILL STOP; do
		: >"$dir/err"
		LD_LIBRARY_PATH="$BUILD" "$TOOL" run --hang-after 1 -o "$dir/other-$signal" -- "$dir/users" told >"$dir/out" \
			2>"$dir/err" </dev/null &
		recorder=$!
		others() { pgrep -u 65534 -P "$(pgrep -P "$(pgrep -P $recorder -x trace-thr-look)" -x trace-thr-beat)"; }
		check "its beacon, SIG$signal: there is one" "$(wait_until "there is one" others)"
		other=$(others)
		kill -$signal "$other"
		pkill -USR1 -u 65534 -f "^$dir/users when-told"
		test $signal = KILL ||
			check "its beacon, SIGSTOP: it is missed" "$(wait_until "it is missed" grep -q 'buffers of user 65534' "$dir/err")"
		test $signal = KILL || kill -CONT "$other"
		status=0
		wait $recorder || status=$?
		check "its beacon, SIG$signal: the hang is reported" "$(status_is 66)$(has err 'hangs since')$(
			once '^TT003 stuck \(actual\): ')$(left "other-$signal")"
	done
else
	skip "two users: it needs root"
fi

# Many at a time.
for i in 1 2 3; do
	"$TOOL" run -q -o "$dir/many-$i" -- "$BUILD/examples/deadlock_abba" >/dev/null 2>"$dir/many-err-$i" &
done
wait
cat "$dir"/many-err-* >"$dir/err"
check "three at a time" "$(test "$(grep -c '^TT001' "$dir/err")" = 3 || echo "not three; ")$(left 'many-[123]')"

finish
