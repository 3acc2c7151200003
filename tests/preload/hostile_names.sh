# SPDX-License-Identifier: MIT
# Names that a terminal obeys, that end a line, turn the direction or are no UTF-8: on one line and harmless everywhere.
. "${0%/*}/lib.sh"

# no_harm FILE: prints what is in it that may not be shown, and lines that a name began.
no_harm()
{
	grep -aPn '[\x00-\x08\x0b-\x1f\x7f]|\xe2\x80[\x8e\x8f\xaa-\xae]|^EVIL' "$1"
	iconv -f UTF-8 -t UTF-8 "$1" >/dev/null 2>&1 || echo "no UTF-8; "
}

tool run --preload -o "$dir/trace" -- "$programs/hostile_names"
check 'the predicted deadlock is told, harmlessly' "$(status_is 66)$(has err '^TT010 ')$(has err '<b>')$(no_harm "$dir/err")"
for reader in 'check --format json' 'check --format sarif' 'check --format junit' 'check --format github' \
	'check --print-suppressions' events 'events --format json' stats timeline 'timeline --format svg'; do
	tool $reader "$dir/trace"
	check "$reader" "$(has out '<b>|&lt;b&gt;|mutex|lock')$(no_harm "$dir/out")$(no_harm "$dir/err")"
done
tool events --format csv "$dir/trace"
tr -d '\r' <"$dir/out" >"$dir/csv"
check 'events --format csv: and no cell is a formula' "$(status_is 0)$(no_harm "$dir/csv")$(
	grep -E '(^|,)"?[=+@]' "$dir/csv")$(has out "\"'=.*<b>")"
finish
