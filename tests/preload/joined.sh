# SPDX-License-Identifier: MIT
# A join that need not wait is shown where the program has it, not in libstdc++.
. "${0%/*}/lib.sh"

line=$(grep -n '// the site' "$here/joined.cc" | cut -d: -f1)
record_plain joined
tool events "$dir/trace"
check "the join did not wait, and its site is the program's" "$(lacks out thread_join_wait)$(
	has out "thread_join_done .* main .*joined\.cc:$line\$")"

# What a sanitizer begins every thread with is no name for it.
if command -v clang >/dev/null && echo 'int main(void) { return 0; }' >"$dir/try.c" &&
	clang -fsanitize=address -o "$dir/try" "$dir/try.c" 2>"$dir/err"; then
	cat >"$dir/thread.c" <<-END
		#include <pthread.h>
		static void *work(void *arg) { return arg; }
		int main(void) { pthread_t thread; return pthread_create(&thread, 0, work, 0) || pthread_join(thread, 0); }
	END
	clang -fsanitize=address -o "$dir/thread" "$dir/thread.c" -pthread || exit 1
	rm -rf "$dir/trace"
	tool record -q --preload -o "$dir/trace" -- "$dir/thread"
	tool events "$dir/trace"
	check "threads under clang's AddressSanitizer" "$(status_is 0)$(has out '  Thread-1  ')$(
		lacks out '\(asan_thread_start\)')"
else
	skip "no clang with AddressSanitizer"
fi
finish
