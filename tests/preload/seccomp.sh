# SPDX-License-Identifier: MIT
# A program that gives up system calls while it is recorded: it ends as it does without us, and what it did before is in
# the trace.
. "${0%/*}/lib.sh"

for how in strict prctl filter all busy waits errno; do
	record_plain seccomp $how
	check "$how: it comes through" "$(echo through | differs - "$dir/out")$(test $bare = 3 || echo "$bare")"
	check "$how: record says what the recording lacks" \
		"$(grep -q "^trace-thr: left out: seccomp (pid [0-9]*) gave up system calls" "$dir/all_err" || cat "$dir/all_err")"
	tool events "$dir/trace"
	check "$how: what it did before is told" "$(has out 'lock_acquired')$(has out 'thread_exit')"
	tool check "$dir/trace"
	check "$how: nothing is found, and that is no verdict" "$(status_is 3)$(has out 'gave up system calls')"
done

# A change of user that keeps capabilities, and then one of the group: glibc aborts, and record says why.
if test "$(id -u)" = 0 && run setpriv --reuid=65533 --regid=65533 --clear-groups true && test $status = 0; then
	rm -rf "$dir/trace"
	tool record --preload -o "$dir/trace" -- setpriv --reuid=65533 --regid=65533 --clear-groups true
	check "setpriv: what became of it, and the remedy" \
		"$(status_is 134)$(has err 'setpriv \(pid [0-9]+\) kept its capabilities.*record what it starts')"
	rm -rf "$dir/trace"
	tool record --preload -o "$dir/trace" -- sh -c 'kill -ABRT $$'
	check "another that is aborted is not said to have" "$(status_is 134)$(lacks err capabilities)"
else
	skip "setpriv: it needs root, and setpriv"
fi

# One thread gives them up for all while another is about to ask the kernel something for its wait.
cat >"$dir/slow.c" <<-END
	#include <dlfcn.h>
	#include <stdarg.h>
	#include <string.h>
	#include <sys/syscall.h>
	#include <unistd.h>

	long syscall(long number, ...)
	{
		static long (*next)(long, ...);
		void *address = next ? NULL : dlsym(RTLD_NEXT, "syscall");
		long all[6];
		va_list rest;

		if (address)
			memcpy(&next, &address, sizeof next);
		va_start(rest, number);
		for (int i = 0; i < 6; i++)
			all[i] = va_arg(rest, long);
		va_end(rest);
		if (number == SYS_pread64)
			usleep(500000);
		return next(number, all[0], all[1], all[2], all[3], all[4], all[5]);
	}
END
gcc -shared -fPIC -o "$dir/slow.so" "$dir/slow.c" -ldl
rm -rf "$dir/trace"
run env LD_PRELOAD="$dir/slow.so" "$TOOL" record -q --preload --timeout 60 -o "$dir/trace" -- "$programs/seccomp" waits
check "waits, asked for slowly: it comes through" "$(status_is 3)$(echo through | differs - "$dir/out")"
finish
