# SPDX-License-Identifier: MIT
# What the tests of the interposer share, beyond what those of the command do (tests/tool/lib.sh). $here is this folder,
# $BUILD/tests/preload has the programs. They are not linked with the library, and lie at fixed addresses, so that
# addresses can be told as names.
here=${here:-$(dirname "$0")}
. "$here/../tool/lib.sh"
programs=$BUILD/tests/preload

# record_plain NAME [ARGUMENT…]: records the program into $dir/trace; its output is in $dir/out and $dir/err. Before
# that it runs without us, which must return the same and print the same but for the order of the functions that print
# (the lines are `FUNCTION: …`). What the recorder says, of what it leaves out alone, is in $dir/all_err.
record_plain()
{
	name=$1
	shift
	rm -rf "$dir/trace"
	run "$programs/$name" "$@"
	bare=$status
	sort -s -t: -k1,1 "$dir/out" >"$dir/bare_out"
	mv "$dir/err" "$dir/bare_err"
	tool record -q --preload -o "$dir/trace" -- "$programs/$name" "$@"
	mv "$dir/err" "$dir/all_err"
	grep -v '^trace-thr: left out: ' "$dir/all_err" >"$dir/err"
	sort -s -t: -k1,1 "$dir/out" >"$dir/out_sorted"
	check "$name: its results are the same under the interposer" \
		"$(status_is $bare)$(differs "$dir/bare_out" "$dir/out_sorted")$(differs "$dir/bare_err" "$dir/err")"
}

# differs A B: prints the difference.
differs()
{
	diff -U 99 --label expected --label got "$1" "$2"
}

# list_events NAME: prints what $dir/trace has, as NAME.expected does: see events.awk. There, a line
# `# joins` says that the program forces which joins wait.
list_events()
{
	babeltrace2 --no-delta "$dir/trace" >"$dir/raw"
	nm "$programs/$1" | sed -n 's/^0*\([0-9a-f]\{1,\}\) . /0x\1 /p' >"$dir/names"
	grep -Eo 'caller = 0x[0-9A-F]+' "$dir/raw" | sed 's/.*0x/0x/' | sort -u >"$dir/callers"
	# A call is before where it returns to.
	while read -r address; do
		printf '0x%x\n' $((address - 1))
	done <"$dir/callers" >"$dir/sites"
	addr2line -fe "$programs/$1" <"$dir/sites" | sed -n 'p;n' | paste -d' ' "$dir/callers" - |
		sed -n 's/\.\(constprop\|part\|isra\|cold\)[.0-9a-z]*$//; /?/!s/^/from /p' >>"$dir/names"
	awk -v recording="$(sed -n 's/.*"recording": "\([^"]*\)".*/\1/p' "$dir/trace/trace-thr.json")" \
		-v joins="$(grep -sc '^# joins$' "$here/$1.expected")" \
		-f "$here/events.awk" "$dir/names" "$dir/raw"
}

# as_expected NAME: the whole of a test without a script of its own.
as_expected()
{
	record_plain "$1"
	list_events "$1" >"$dir/events"
	check "$1: its events" "$(grep -v '^#' "$here/$1.expected" | differs - "$dir/events")"
}
