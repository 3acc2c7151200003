# SPDX-License-Identifier: MIT
# Programs with a sanitizer, its runtime shared or in the program, and with other libraries preloaded: each ends as it
# does without us, and is checked.
. "${0%/*}/lib.sh"

# finds WHAT COMMAND…: $bare is the status without us.
finds()
{
	what=$1
	shift
	rm -rf "$dir/trace"
	tool record -q --preload -o "$dir/trace" -- "$@"
	ends=$(status_is "$bare")
	tool check "$dir/trace"
	check "$what" "$ends$(has out '^TT010 ')"
}

# sanitized COMPILER SANITIZER [FLAG…]
sanitized()
{
	what="$*"
	compiler=$1 sanitizer=$2
	shift 2
	if ! "$compiler" -g -pthread -fsanitize="$sanitizer" "$@" -o "$dir/program" "$here/inversion.c" 2>"$dir/err"; then
		skip "$what: $(head -1 "$dir/err")"
		return
	fi
	run "$dir/program"
	bare=$status
	if grep -Eq 'FATAL|CHECK failed' "$dir/err"; then
		skip "$what: does not run here: $(head -1 "$dir/err")"
		return
	fi
	finds "$what" "$dir/program"
}

sanitized gcc address
finds "gcc address, behind a shell" sh -c "$dir/program; exit \$?"
finds "gcc address, with options" env ASAN_OPTIONS=detect_leaks=0 "$dir/program"
sanitized gcc address -static-libasan
sanitized gcc thread
sanitized gcc thread -static-libtsan
sanitized gcc undefined
sanitized gcc leak
if command -v clang >/dev/null; then
	sanitized clang address
	sanitized clang address -shared-libsan "-Wl,-rpath,$(dirname "$(clang -print-file-name=libclang_rt.asan-x86_64.so)")"
	sanitized clang thread
	sanitized clang memory
else
	skip "clang's runtimes: there is no clang"
fi

# What a user preloads, behind ours and before.
bare=0
for name in libjemalloc.so.2 libtcmalloc_minimal.so.4; do
	path=$(ldconfig -p | sed -n "s/.*$name .*=> //p" | head -1)
	if test -z "$path"; then
		skip "$name: not installed"
		continue
	fi
	export LD_PRELOAD="$path"
	finds "$name behind ours" "$programs/inversion"
	unset LD_PRELOAD
	finds "$name before ours" sh -c "LD_PRELOAD=\"$path \$LD_PRELOAD\" exec $programs/inversion"
done

# A changed clock is the tracer's as well.
for name in libfaketime.so.1 libfaketimeMT.so.1; do
	path=$(find /usr/lib/*/faketime/$name 2>/dev/null | head -1)
	if test -z "$path"; then
		skip "$name: not installed"
		continue
	fi
	run env LD_PRELOAD="$path" "$TOOL" record --preload -o "$dir/n" -- "$programs/inversion"
	check "$name is refused, with what to do" \
		"$(status_is 2)$(lines err 1)$(has err 'FAKETIME_DONT_FAKE_MONOTONIC=1')$(test ! -e "$dir/n" || echo made)"
	export LD_PRELOAD="$path" FAKETIME_DONT_FAKE_MONOTONIC=1
	finds "$name, the date alone" "$programs/inversion"
	unset LD_PRELOAD FAKETIME_DONT_FAKE_MONOTONIC
	rm -rf "$dir/trace"
	tool record -q --preload --timeout 20 -o "$dir/trace" -- \
		sh -c "LD_PRELOAD=\"$path \$LD_PRELOAD\" exec $programs/inversion"
	check "$name before ours: the process is left out, and named" "$(status_is 3)$(has err 'inversion .*clock of its own')"
done
finish
