# SPDX-License-Identifier: MIT
# A report of a program that still runs names a lock of a library that was recorded later than the use of the lock; and is
# the same as of the finished trace.
. "${0%/*}/lib.sh"

${CC:-cc} -g -O1 -fPIC -shared -DLIBRARY -o "$dir/library.so" "$here/late_module.c" -pthread || exit 1
tool run --preload --timeout 50 -o "$dir/trace" -- "$programs/late_module" "$dir/library.so"
check "while it runs" "$(status_is 66)$(has err 'hangs since')$(has err '^TT001 deadlock')$(
	has err 'mutex "library_lock"')$(has err 'mutex "own_lock"')$(lacks err 'mutex 0x')"
tool check "$dir/trace"
check "and afterwards" "$(status_is 1)$(has out 'mutex "library_lock"')$(lacks out 'mutex 0x')"
finish
