#!/bin/sh
# SPDX-License-Identifier: MIT
# A program that is there and does not start: the status is that of the shell, and one line says what it lacks.
. "$(dirname "$0")/lib.sh"

cd "$dir" || exit 1
echo 'int f(void); int main(void) { return f(); }' >needs.c
echo 'int f(void) { return 0; }' >lib.c
gcc -shared -fPIC -o libneeded.so lib.c && gcc -o no_library needs.c -L. -lneeded && rm libneeded.so
echo 'int main(void) { return 0; }' >main.c
gcc -o no_loader main.c -Wl,--dynamic-linker=/no/such/loader
gcc -o no_machine main.c && printf '\367\000' | dd of=no_machine bs=1 seek=18 conv=notrunc 2>/dev/null # of BPF
printf '#!/no/such/interpreter\n' >no_interpreter
chmod +x no_interpreter

# starts NAME STATUS REGEXP: by each command, with --preload and without.
starts()
{
	for how in run record "run --preload" "record --preload"; do
		rm -rf trace
		# Of several words.
		# shellcheck disable=SC2086
		tool $how -o trace -- "./$1"
		check "$how: $1" "$(status_is "$2")$(has err "$3")$(lacks err 'built with libtrace_thr|get its environment')"
	done
}
starts no_interpreter 127 '/no/such/interpreter, which runs it, is not there'
starts no_loader 127 '/no/such/loader, which runs it, is not there'
starts no_machine 126 'another kind of machine'
starts no_library 127 'ended with status 127.*ldd'
tool run -o trace2 -- sh -c './no_library; true'
check "run: what a program starts is its own affair" "$(status_is 2)"
finish
