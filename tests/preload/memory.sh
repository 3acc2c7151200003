# SPDX-License-Identifier: MIT
# What the interposer keeps of a thread is freed when the thread is gone, with a recording and without one.
. "$(dirname "$0")/lib.sh"

# Of 20,000 threads: a leak of a thread's entry would be 5,000 KiB and more.
grew_little()
{
	grown=$(cat "$dir/out")
	test "$grown" -lt 1500 || echo "grew by $grown KiB; "
}

run env LD_PRELOAD="$BUILD/libtrace_thr-preload.so" "$programs/memory"
check "without a recording nothing is left of threads" "$(status_is 0)$(grew_little)"
tool record -q --preload -o "$dir/trace" -- "$programs/memory"
check "with a recording neither" "$(status_is 0)$(grew_little)"
finish
