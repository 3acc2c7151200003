#!/bin/sh
# SPDX-License-Identifier: MIT
# trace-thr record --preload and --stack: what the program gets, what is refused before it runs, an installed tree.
. "$(dirname "$0")/lib.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)

# What the program gets.
tool record -q -p -o "$dir/true" -- true
check "a program that is not ours runs as ever" "$(status_is 0)$(is_empty out)$(is_empty err)"
tool events "$dir/true"
check "and is recorded" "$(has out 'thread_start')$(has out 'thread_exit')"

shown='echo "$LD_PRELOAD;$TRACE_THR_STACK;$TRACE_THR_RECORDING"'
run env LD_PRELOAD=libm.so.6 "$TOOL" record -q --preload -o "$dir/env" -- sh -c "$shown"
check "our libraries come first, by absolute path; 8 sites" \
	"$(has out '^/[^ ]*/libtrace_thr-preload.so /[^ ]*/libtrace_thr-tracepoints.so libm.so.6;8;')"
token=$(sed 's/.*;//' "$dir/out")
check "a recording has a name, which is in the manifest" \
	"$(has out ';[0-9a-f]{8}$')$(grep -Eq "\"recording\": \"$token-[0-9a-f]{16}\"" "$dir/env/trace-thr.json" || echo "no $token")"
tool record -q -o "$dir/one" -- sh -c "$shown"
check "without --preload, neither; the caller alone" "$(has out '^;1;[0-9a-f]{8}$')"
tool run -o "$dir/five" --stack 5 -- sh -c "$shown"
check "--stack" "$(has out '^;5;')"
before=$(env | sort)
tool record -q --preload -o "$dir/whole" -- sh -c env
changed='^(LD_PRELOAD|TRACE_THR_[A-Z]*|LTTNG_UST_[A-Z_]*|LTTNG_HOME|PWD|OLDPWD|SHLVL|_)='
check "the rest of the environment is the program's own" \
	"$(grep -Ev "$changed" "$dir/out" | sort >"$dir/after"; echo "$before" | grep -Ev "$changed" | diff - "$dir/after")"

for sites in 0 65 -1 eight '' '8 ' 1e1; do
	tool record --stack "$sites" -- true
	check "--stack '$sites' is a mistake, in one line" "$(status_is 2)$(lines err 1)$(has err '1 to 64')"
done

# Call chains.
tool record -q --stack 8 -o "$dir/chain" -- "$BUILD/examples/rlock"
run babeltrace2 "$dir/chain"
check "--stack 8 puts call chains into the events" "$(has out 'lock_acquired.*stack = \[ \[0\] = 0x')"
echo nonsense >"$dir/libunwind.so.8"
run env LD_LIBRARY_PATH="$dir" "$TOOL" record -q --stack 8 -o "$dir/unwound" -- "$BUILD/examples/rlock"
check "without libunwind it says so once, with the remedy, and records" \
	"$(status_is 0)$(lines err 1)$(has err 'libunwind8')"
run env LD_LIBRARY_PATH="$dir" "$TOOL" record -q -o "$dir/unasked" -- "$BUILD/examples/rlock"
check "who has not asked for chains is not told" "$(is_empty err)"
run env LD_LIBRARY_PATH="$dir" "$TOOL" doctor
check "doctor names the remedy as well" "$(status_is 1)$(has out 'PROBLEM +stacks')$(has out 'remedy: .*libunwind8')"
rm "$dir/libunwind.so.8"

# The processes of a recording.
tool record -q -o "$dir/shells" -- sh -c "sh -c '$BUILD/examples/rlock; :'; :"
tool events "$dir/shells"
check "a program behind two shells without events of their own counts" "$(has out 'depth=2')$(is_empty err)"
tool record -q -p -o "$dir/many" -- sh -c 'i=0; while test $i -lt 100; do /bin/true; i=$((i + 1)); done'
tool events "$dir/many"
check "a hundred short processes" "$(test "$(grep -c thread_start "$dir/out")" -ge 101 || echo "not all there")"
tool record -q -o "$dir/none" -- true
check "a program without events is told of --preload" "$(has err 'no events.*--preload')"

# What cannot work is refused before the program runs, and nothing is made.
refused() # refused WHY PROGRAM
{
	tool record --preload -o "$dir/n" -- "$2" --version
	status_is 2
	lines err 1
	is_empty out
	has err "$1"
	test ! -e "$dir/n" || echo "$dir/n is there"
}

echo 'int main(void) { return 0; }' >"$dir/p.c"
gcc -o "$dir/dynamic" "$dir/p.c"
gcc -static -o "$dir/static" "$dir/p.c"
gcc -static-pie -o "$dir/pie" "$dir/p.c"
check "statically linked" "$(refused 'statically linked' "$dir/static")"
check "statically linked, but movable" "$(refused 'statically linked' "$dir/pie")"
cp "$dir/static" "$dir/ld-musl-x86_64.so.1"
gcc -Wl,--dynamic-linker="$dir/ld-musl-x86_64.so.1" -o "$dir/musl" "$dir/p.c"
check "of another C library" "$(refused 'another C library' "$dir/musl")"
if gcc -m32 -nostdlib -static -Wl,-e,main -o "$dir/p32" "$dir/p.c" 2>/dev/null; then
	check "of 32 bits" "$(refused '32-bit' "$dir/p32")"
else
	skip "of 32 bits: this compiler makes none"
fi
printf '#! %s -x\n' "$dir/static" >"$dir/script"
printf '#!%s\n' "$dir/script" >"$dir/script2"
chmod +x "$dir/script" "$dir/script2"
check "a script is judged by its interpreter" "$(refused 'a script for .*/static: .*statically linked' "$dir/script")"
check "also if that is a script" "$(refused 'a script for .*/static: .*statically linked' "$dir/script2")"
printf '#!/bin/sh\nexit 3\n' >"$dir/script"
tool record -q --preload -o "$dir/sh3" -- "$dir/script"
check "a script for a program that can be recorded is" "$(status_is 3)"
printf '\177ELF' >"$dir/broken"
chmod +x "$dir/broken"
tool record --preload -o "$dir/n" -- "$dir/broken"
check "a broken program is told as ever" "$(status_is 126)$(lines err 1)"

if test "$(id -u)" = 0 && ! findmnt -no OPTIONS -T "$dir" | grep -q nosuid; then
	chmod 755 "$dir"
	cp "$dir/dynamic" "$dir/setuid"
	chown nobody "$dir/setuid"
	chmod u+s "$dir/setuid"
	check "set-uid to another user" "$(refused 'set-uid' "$dir/setuid")"
	chown root "$dir/setuid"
	chmod u+s "$dir/setuid"
	tool record -q --preload -o "$dir/own" -- "$dir/setuid"
	check "set-uid to oneself is nothing" "$(status_is 0)$(is_empty err)"
	chown root:nogroup "$dir/setuid"
	chmod u-s,g+s "$dir/setuid"
	check "set-gid to another group" "$(refused 'set-gid' "$dir/setuid")"
	cp "$dir/dynamic" "$dir/capable"
	if command -v setcap >/dev/null && setcap cap_net_raw+ep "$dir/capable" 2>/dev/null; then
		mkdir "$dir/bin"
		cp "$TOOL" "$BUILD"/libtrace_thr*.so* "$dir/bin"
		run setpriv --reuid=nobody --regid=nogroup --clear-groups "$dir/bin/trace-thr" record -p -o "$dir/n" \
			-- "$dir/capable"
		check "with file capabilities" "$(status_is 2)$(lines err 1)$(has err 'capabilities')"
		tool record -q --preload -o "$dir/root" -- "$dir/capable"
		check "which are nothing to root" "$(status_is 0)$(is_empty err)"
	else
		skip "file capabilities: there is no setcap here"
	fi
else
	skip "set-uid programs: it needs root, and a disk that has them"
fi

# Where the libraries are.
mkdir "$dir/alone" "$dir/with space"
cp "$TOOL" "$dir/alone"
run "$dir/alone/trace-thr" record --preload -o "$dir/n" -- true
check "without the library it names the remedy" "$(status_is 2)$(lines err 1)$(has err 'libtrace_thr-preload.so.*make')"
run "$dir/alone/trace-thr" doctor
check "and so does doctor" "$(status_is 1)$(has out 'PROBLEM +preload')"
cp "$TOOL" "$BUILD"/libtrace_thr-*.so "$dir/with space"
run "$dir/with space/trace-thr" record --preload -o "$dir/n" -- true
check "in a folder that the loader cannot be told of" "$(status_is 2)$(lines err 1)$(has err 'space')"
cp "$BUILD"/libtrace_thr-*.so "$dir/alone"
echo nonsense >"$dir/alone/libtrace_thr-preload.so"
run "$dir/alone/trace-thr" doctor
check "doctor finds a library that does not load" "$(status_is 1)$(has out 'PROBLEM +preload')"

run make -s -C "$top" BUILD="$BUILD" PREFIX="$dir/usr" install
check "make install" "$(status_is 0)"
run "$dir/usr/bin/trace-thr" --version
check "one version" "$(has out "^trace-thr $(sed -n 's/^Version: //p' "$dir/usr/lib/pkgconfig/trace_thr.pc")\$")"
for lib in lib "lib/$(uname -m)-linux-gnu"; do
	test "$lib" = lib || { mkdir -p "$dir/usr/$lib" && mv "$dir/usr/lib"/*.so* "$dir/usr/$lib"; }
	run "$dir/usr/bin/trace-thr" record -q --preload -o "$dir/from $lib" -- sh -c "$shown"
	check "an installed tree records --preload, from $lib" \
		"$(status_is 0)$(is_empty err)$(has out "^$dir/usr/$lib/libtrace_thr-preload.so ")"
done

finish
