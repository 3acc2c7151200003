#!/bin/sh
# SPDX-License-Identifier: MIT
# The pages for people: each link leads to a file, and to a heading of it; each path of the tree is there.
. "$(dirname "$0")/lib.sh"
root=$(cd "$(dirname "$0")/../.." && pwd)

# headings PAGE: as links name them.
headings()
{
	sed -n 's/^##* //p' "$1" | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

# broken_links PAGE: of that folder.
broken_links()
{
	grep -oE '\]\([^)]+\)' "$1" | sed 's/^](//; s/)$//' | grep -v '^[a-z]*:' | while IFS='#' read -r file heading; do
		target=$1
		test -z "$file" || target=$(dirname "$1")/$file
		if test ! -e "$target"; then
			echo "no $file; "
		elif test -n "$heading" && ! headings "$target" | grep -qxF -- "$heading"; then
			echo "no #$heading in $target; "
		fi
	done
}

# missing_paths PAGE: those between backticks that begin with a folder of the tree.
missing_paths()
{
	grep -oE '`(bench|docs|examples|libtrace_thr|tests|tools|tracepoints)/[A-Za-z0-9_./-]+`' "$1" | tr -d '`' | sort -u |
		while read -r path; do
			test -e "$root/$path" || echo "no $path; "
		done
}

pages=0
for page in "$root"/*.md "$root"/docs/*.md; do
	pages=$((pages + 1))
	check "$(basename "$page"): links" "$(broken_links "$page")"
	check "$(basename "$page"): paths" "$(missing_paths "$page")"
done
check "there are pages" "$(test "$pages" -ge 10 || echo "$pages; ")"

finish
