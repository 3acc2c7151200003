#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/events.md says what the provider records: every event, its level, its fields in order, their types and words.
# A trace's metadata has all events of the provider, also those that no program has made.
. "$(dirname "$0")/lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
page=$here/../../docs/events.md

tool record -o "$dir/trace" -- "$BUILD/examples/simple"
check "a program is recorded" "$(status_is 0)"

metadata=$(find "$dir/trace" -name metadata)
babeltrace2 -o ctf-metadata "${metadata%/metadata}" >"$dir/metadata" 2>"$dir/err"
awk -f "$here/vocabulary_of_trace.awk" "$dir/metadata" >"$dir/recorded"
awk -f "$here/vocabulary_of_doc.awk" "$page" "$page" >"$dir/described"

check "the trace has events" "$(test -s "$dir/recorded" || echo "none found")"
sort -o "$dir/recorded" "$dir/recorded"
sort -o "$dir/described" "$dir/described"
diff "$dir/recorded" "$dir/described" >"$dir/out"
check "docs/events.md describes what is recorded" "$(is_empty out)"
finish
