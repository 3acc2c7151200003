#!/bin/sh
# SPDX-License-Identifier: MIT
# The formats of a report, of real programs: each is what it says it is, and all tell the same.
. "$(dirname "$0")/lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
docs=$here/../../docs
python=/usr/bin/python3 # Debian's own has jsonschema

recorded() # recorded NAME SECONDS PROGRAM…
{
	name=$1
	seconds=$2
	shift 2
	tool record -q -o "$dir/$name" --timeout "$seconds" -- "$@"
}

# valid SCHEMA REPORT: prints what is wrong with it.
valid()
{
	timeout $limit $python "$here/validate.py" "$1" "$2" 2>&1
}

fingerprints() # fingerprints NAME: of the trace, one a line
{
	run "$TOOL" check --format json "$dir/$1"
	$python -c 'import json, sys
for trace in json.load(open(sys.argv[1]))["traces"]:
    for finding in trace["findings"]:
        print(finding["fingerprint"])' "$dir/out"
}

recorded abba 2 "$BUILD/examples/deadlock_abba"
recorded inversion 20 "$BUILD/examples/inversion"
recorded lost 2 "$BUILD/examples/lost_wakeup"
recorded clean 20 "$BUILD/examples/lock"

# The rules' parts in the docs are where the reports point to.
tool check --format sarif "$dir/clean"
$python -c 'import json, sys
for rule in json.load(open(sys.argv[1]))["runs"][0]["tool"]["driver"]["rules"]:
    print("^## %s %s$" % (rule["id"], rule["shortDescription"]["text"]))' "$dir/out" >"$dir/headings"
check "docs/rules.md has a part for each rule" "$(
	while read -r heading; do grep -q "$heading" "$docs/rules.md" || echo "no $heading; "; done <"$dir/headings")"

# Each format, of each trace and of all.
for name in abba inversion lost clean all; do
	traces=$dir/$name
	test $name != all || traces="$dir/abba $dir/inversion $dir/lost $dir/clean"
	expected=1
	test $name != clean || expected=0
	for format in text json sarif junit github; do
		tool check --format $format $traces # several words
		check "$name as $format: the exit status is that of any" "$(status_is $expected)$(is_empty err)"
		mv "$dir/out" "$dir/$name.$format"
	done
	check "$name: the JSON is as its schema has it" "$(valid "$docs/check.schema.json" "$dir/$name.json")"
	check "$name: SARIF has what code scanning needs" "$(valid sarif "$dir/$name.sarif")"
	check "$name: JUnit is XML" "$($python -c 'import sys, xml.dom.minidom
xml.dom.minidom.parse(sys.argv[1])' "$dir/$name.junit" 2>&1)"
	check "$name: text and annotations end alike" \
		"$(test "$(tail -1 "$dir/$name.text")" = "$(tail -1 "$dir/$name.github")" || echo "they do not")"
done
cp "$dir/abba.github" "$dir/out"
check "an annotation is at the line that waits" \
	"$(has out '^::error file=examples/deadlock_abba.c,line=25,title=TT001 deadlock \(actual\)::alice and bob')"
cp "$dir/abba.sarif" "$dir/out"
check "SARIF's paths are relative to the folder" \
	"$(has out '"uri": "examples/deadlock_abba.c"')$(has out '"uriBaseId": "%SRCROOT%"')"

# Into a file, whole or not at all.
tool check --format json --output "$dir/report.json" "$dir/abba"
check "--output writes the file, and nothing else" \
	"$(status_is 1)$(is_empty out)$(cmp "$dir/report.json" "$dir/abba.json" 2>&1)"
echo before >"$dir/kept"
tool check --format json -o "$dir/kept" "$dir/nothing"
check "no report, no file" "$(status_is 2)$(test "$(cat "$dir/kept")" = before || echo "it was written")"
tool check -o "$dir/none/report" "$dir/abba"
check "a file that cannot be written is a mistake" "$(status_is 2)$(lines err 1)$(has err 'cannot write .*none/report')"
tool check --format xml "$dir/abba"
check "no such format" "$(status_is 2)$(lines err 1)$(has err "no format 'xml': use text, json")$(is_empty out)"

# The fingerprint is that of the fault, not of the run.
first=$(fingerprints abba)
recorded again 2 "$BUILD/examples/deadlock_abba"
check "a second run has the same fingerprint" "$(test "$(fingerprints again)" = "$first" || echo "it has not")"
mkdir "$dir/examples"
{
	printf '\n\n\n/* Lines that were not there. */\n'
	cat "$here/../../examples/deadlock_abba.c"
} >"$dir/examples/deadlock_abba.c"
run ${CC:-gcc} -std=gnu11 -g -O2 -I"$here/../../libtrace_thr/include" -o "$dir/moved" \
	"$dir/examples/deadlock_abba.c" -L"$BUILD" -ltrace_thr -Wl,-rpath,"$BUILD" -pthread
check "a program whose lines have moved is built" "$(status_is 0)"
recorded moved_trace 2 "$dir/moved"
check "so has a program whose lines have moved" \
	"$(test -n "$first" -a "$(fingerprints moved_trace)" = "$first" || echo "it has not")"

# What was lost: how many, when, of whom, what it weakens. A session by hand, of buffers that are too small.
daemon=
clean_up()
{
	timeout $limit lttng -q destroy "lossy-$$" >/dev/null 2>&1
	test -z "$daemon" || kill "$daemon"
}
if ! lttng --no-sessiond list >/dev/null 2>&1; then
	lttng-sessiond --daemonize --pidfile="$dir/pid" && daemon=$(cat "$dir/pid")
fi
lttng -q create "lossy-$$" --output="$dir/lossy" >/dev/null &&
	lttng -q enable-channel --userspace --session="lossy-$$" --subbuf-size=4k --num-subbuf=2 tiny &&
	lttng -q enable-event --userspace --session="lossy-$$" --channel=tiny 'trace_thr:*' &&
	lttng -q start "lossy-$$"
check "a session by hand" "$(test $? = 0 || echo "it failed")"
run "$BUILD/tests/tool/many" 200000
timeout $limit lttng -q destroy "lossy-$$"
tool check "$dir/lossy"
check "lost events are no verdict" "$(status_is 3)$(has out '^This is no verdict')"
check "when and of whom they were lost is said" \
	"$(has out '^    [0-9]+ events lost between [+-][0-9.]+ s and [+-][0-9.]+ s, of channel "tiny" on CPU [0-9]+')"
tool check --format json "$dir/lossy"
check "also in JSON" "$(valid "$docs/check.schema.json" "$dir/out")$(has out '"verdict": "unknown"')$(
	has out '"channel": "tiny"')$(has out '"why": ')"
finish
