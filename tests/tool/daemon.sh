#!/bin/sh
# SPDX-License-Identifier: MIT
# The session daemon that trace-thr starts where none runs, and stops: by root, for all recordings at the same time; by
# another user, a private one. Needs root, to be somebody else and to have a /run of one's own.
. "$(dirname "$0")/lib.sh"

if test "$(id -u)" != 0 || ! unshare -m true 2>/dev/null; then
	skip "daemon.sh: it needs root"
	finish
fi
chmod 755 "$dir"
mkdir "$dir/bin" "$dir/bin/examples" "$dir/work"
cp "$TOOL" "$BUILD"/libtrace_thr* "$dir/bin" 2>/dev/null
cp "$BUILD/examples/rlock" "$BUILD/examples/names_log" "$BUILD/examples/deadlock_abba" "$dir/bin/examples"
chmod -R go+rX "$dir/bin"

# apart COMMAND…: as on a machine where no daemon runs: with a /run and shared memory of its own.
apart()
{
	run unshare -m sh -c 'mount -t tmpfs tmpfs /run && mount -t tmpfs -o size=64m tmpfs /dev/shm &&
		PATH=$PATH:/usr/sbin && cd "$0" && "$@"' "$dir/work" "$@"
}

# Prints what is left in the /run of `apart`. LTTng leaves its folder there, and a page for its programs in /dev/shm.
left='ls -A /run/lttng | grep trace-thr.lock; ls -A /run /dev/shm | grep -vE "^(/run:|/dev/shm:|lttng|mount|)$" | grep -v lttng-ust-wait'

apart sh -c "'$dir/bin/trace-thr' record -q -o alone '$dir/bin/examples/rlock' || exit; $left; exit 0"
check "without a daemon, root's recording works" "$(status_is 0)$(is_empty err)$(lacks out trace-thr)"
check "and has its events" "$(tool events "$dir/work/alone")$(has out 'depth=2')"

apart sh -c "
	for i in 1 2 3 4; do
		'$dir/bin/trace-thr' record -q -o many-\$i '$dir/bin/examples/names_log' >/dev/null 2>err-\$i || echo failed &
	done
	wait
	cat err-*
	$left
	exit 0"
check "four at a time share one" "$(status_is 0)$(lacks out 'trace-thr|failed')$(is_empty err)"
for i in 1 2 3 4; do
	tool events "$dir/work/many-$i"
	check "number $i has its events" "$(status_is 0)$(has out my_service)"
done

# While another daemon ends, which answers no more, a new one refuses to run.
mkdir "$dir/ending"
cat >"$dir/ending/lttng-sessiond" <<END
#!/bin/sh
test -e "$dir/ended" && exec $(command -v lttng-sessiond) "\$@"
touch "$dir/ended"
exit 1
END
chmod +x "$dir/ending/lttng-sessiond"
apart env PATH="$dir/ending:$PATH" "$dir/bin/trace-thr" record -q -o again "$dir/bin/examples/rlock"
check "a daemon that cannot start yet is started again" "$(status_is 0)$(is_empty err)$(test -e "$dir/ended" || echo "not tried; ")"

apart env LD_PRELOAD=libpthread.so.0 "$dir/bin/trace-thr" record -q -o preloaded -- \
	sh -c 'echo "program: $LD_PRELOAD"; tr "\0" "\n" </proc/$(cat /run/lttng/lttng-sessiond.pid)/environ | grep -c PRELOAD'
check "what is preloaded is so into the program, not into the daemon" "$(has out '^program: libpthread')$(has out '^0$')"

apart sh -c "
	lttng-sessiond --no-kernel --daemonize && pid=\$(cat /run/lttng/lttng-sessiond.pid)
	'$dir/bin/trace-thr' record -q -o theirs '$dir/bin/examples/rlock'
	kill -0 \$pid && echo still there
	kill \$pid"
check "a daemon of somebody else is not stopped" "$(has out 'still there')"

# As a container may have written into the lock file, if it shares /run but not the process numbers.
apart sh -c "
	lttng-sessiond --no-kernel --daemonize && pid=\$(cat /run/lttng/lttng-sessiond.pid)
	echo \$pid 12345 >/run/lttng/trace-thr.lock
	'$dir/bin/trace-thr' record -q -o shared '$dir/bin/examples/rlock'
	kill -0 \$pid && echo still there
	kill \$pid"
check "nor is one that only has the number of ours" "$(has out 'still there')"

apart sh -c "
	'$dir/bin/trace-thr' record -q -o killed '$dir/bin/examples/deadlock_abba' >/dev/null &
	pid=\$!
	until test -e killed/ust; do sleep 0.05; done
	kill -KILL \$pid
	pkill -KILL -P 1 -f '^$dir/bin/examples/deadlock_abba'
	'$dir/bin/trace-thr' record -q -o after '$dir/bin/examples/rlock' || exit
	while test -e /run/lttng/trace-thr.lock; do sleep 0.05; done
	$left
	exit 0"
check "the daemon of a recorder that was killed is stopped by its heir or by the next" "$(status_is 0)$(lacks out trace-thr)"

apart sh -c "mount -t tmpfs -o size=1m tmpfs /dev/shm; exec '$dir/bin/trace-thr' record -o tight '$dir/bin/examples/rlock'"
check "too little shared memory is told, with the remedy" \
	"$(status_is 2)$(has err '/dev/shm .*remount,size')$(lines err 1)$(test ! -e "$dir/work/tight" || echo "left over")"
# Filled when the recorder has looked at it, and by what stays: the size that is advised is enough beside that.
cat >"$dir/bin/fill" <<'END'
#!/bin/sh
head -c 200m /dev/zero >/dev/shm/filled 2>/dev/null
exec "$@"
END
chmod 755 "$dir/bin/fill"
apart sh -c "mount -t tmpfs -o size=160m tmpfs /dev/shm
	'$dir/bin/trace-thr' record -o filled '$dir/bin/fill' '$dir/bin/examples/rlock'; echo \$? >&2
	size=\$('$dir/bin/trace-thr' record -o filled true 2>&1 | sed -n 's/.*remount,size=\([0-9]*m\) .*/\1/p')
	mount -o remount,size=\$size /dev/shm && '$dir/bin/trace-thr' record -q -o filled '$dir/bin/examples/rlock'"
check "shared memory that is filled since is told, and the size that is wanted" \
	"$(status_is 0)$(has err '^2$')$(has err '/dev/shm has [0-9]+ KiB free since the program began.*size=[1-9][0-9][0-9]m')"

apart env PATH="$dir" "$dir/bin/trace-thr" record -o missing "$dir/bin/examples/rlock"
check "without lttng-sessiond it names the remedy" \
	"$(status_is 2)$(has err 'lttng-tools')$(lines err 1)$(test ! -e "$dir/work/missing" || echo "left over")"

# Another user, whom nobody else is.
user=65533
mkdir "$dir/home" "$dir/tmp"
chown $user "$dir/home" "$dir/tmp"
as_user()
{
	run setpriv --reuid=$user --regid=$user --clear-groups env -u XDG_RUNTIME_DIR -u LTTNG_HOME HOME="$dir/home" \
		TMPDIR="$dir/tmp" sh -c 'cd "$HOME" && exec "$@"' sh "$@"
}
of_user() { pgrep -u $user -l; }

as_user "$dir/bin/trace-thr" run --timeout 1 -o trace -- "$dir/bin/examples/deadlock_abba"
check "a user without a daemon records and checks" "$(status_is 66)$(has err '^TT001 deadlock \(actual\)')"
check "nothing is left: no process, no file" "$(of_user)$(ls -A "$dir/tmp")$(ls -A "$dir/home" | grep -v '^trace$')"
as_user "$dir/bin/trace-thr" record -q -o failed -- "$dir/home"
check "nor by one that fails" "$(status_is 126)$(of_user)$(ls -A "$dir/tmp")$(test ! -e "$dir/home/failed" || echo failed)"
as_user sh -c "
	'$dir/bin/trace-thr' record -q -o killed '$dir/bin/examples/deadlock_abba' >/dev/null 2>&1 &
	until test -e killed/ust; do sleep 0.05; done
	kill -KILL \$!"
of_nobody() { test -z "$(of_user)"; }
check "nor by one that is killed" "$(wait_until "all has ended" of_nobody)$(of_user)$(ls -A "$dir/tmp")"
as_user "$dir/bin/trace-thr" record -q -o /nowhere/trace -- "$dir/bin/examples/rlock"
check "nor where the folder cannot be made" "$(status_is 2)$(lines err 1)$(of_user)$(ls -A "$dir/tmp")"

finish
